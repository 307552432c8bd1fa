import type { Follower, InvalidationLog, ResetReason } from '../../src/index.ts';

/** A holder of copies, and a witness that looks for copies that are served when they must not be. */
export interface CoherenceProbe extends AsyncDisposable {
  readonly follower: Follower;
  readonly resets: readonly ResetReason[];
  readonly errors: readonly Error[];
  /** What was served too late, with how long after its publish was confirmed. Empty as long as all is well. */
  readonly violations: readonly string[];
  /** Keys that were held when their publish was confirmed, served or not. */
  stale(): string[];
  /** How many publishes were confirmed. */
  readonly confirmed: number;
  isServing(): boolean;
  /**
   * Holds a copy of a key and publishes it; whether that was confirmed. From then on no copy may be served: with
   * `everywhere` at once, else after the lease.
   */
  publish(key: string, options?: { readonly everywhere?: boolean; readonly timeoutMs?: number }): Promise<boolean>;
  /** Publishes one key after the other, each tenth `everywhere`, until the returned function is called. */
  keepPublishing(): () => Promise<void>;
}

/** Where to hear, where to publish, and for how long what is held may be served. */
export interface ProbeOptions {
  readonly hear: InvalidationLog;
  readonly publish: InvalidationLog;
  readonly leaseMs: number;
}

/** Looks every few milliseconds. */
export function createCoherenceProbe({ hear, publish, leaseMs }: ProbeOptions): CoherenceProbe {
  const copies = new Set<string>();
  const confirmed = new Map<string, { at: number; allowedMs: number }>();
  const violations: string[] = [];
  const resets: ResetReason[] = [];
  const errors: Error[] = [];
  const follower = hear.follow({
    onInvalidate(keys) {
      for (const key of keys) copies.delete(key);
    },
    onReset(reason) {
      resets.push(reason);
      copies.clear();
    },
    onError: (error) => void errors.push(error),
    leaseMs,
    heartbeatMs: leaseMs / 4,
  });
  const isServing = (): boolean => follower.horizonAgeMs() < leaseMs;
  const stale = (): string[] => [...copies].filter((key) => confirmed.has(key));

  function look(): void {
    if (!isServing()) return;
    const now = performance.now();
    for (const key of stale()) {
      const { at, allowedMs } = confirmed.get(key)!;
      if (now - at > allowedMs) violations.push(`${key} after ${Math.round(now - at)} ms`);
    }
  }
  const witness = setInterval(look, 5);

  const probe: CoherenceProbe = {
    follower,
    resets,
    errors,
    violations,
    stale,
    isServing,
    get confirmed() {
      return confirmed.size;
    },
    async publish(key, { everywhere = false, timeoutMs = everywhere ? 5000 : 1000 } = {}) {
      copies.add(key);
      try {
        await publish.publish([key], { everywhere, timeoutMs });
      } catch {
        return false;
      }
      confirmed.set(key, { at: performance.now(), allowedMs: everywhere ? 0 : leaseMs });
      look();
      return true;
    },
    keepPublishing() {
      const stop = new AbortController();
      const run = async (): Promise<void> => {
        for (let i = 0; !stop.signal.aborted; i++) {
          await probe.publish(`written:${i}`, { everywhere: i % 10 === 9 });
          await new Promise((resolve) => setTimeout(resolve, 3));
        }
      };
      const done = run();
      return () => {
        stop.abort();
        return done;
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(witness);
      await follower.close();
    },
  };
  return probe;
}
