/** What a process of the stampede is told when it starts. */
export interface GatewaySettings {
  readonly peer: string;
  readonly redisUrl: string;
  readonly sourceUrl: string;
  readonly ttlMs: number;
  readonly refreshBelowMs: number;
}

/** What it is asked: to read `times` at once, or `readers` at a time for so long. */
export interface GatewayRequest {
  readonly times: number;
  readonly forMs: number;
}

/** How its reads went; the first one, without figures, says that it is ready. */
export interface GatewayAnswer {
  readonly error?: string;
  /** Milliseconds within which 99 in 100 reads ended. */
  readonly p99Ms?: number;
}
