/** A client of one region's proxy, over one of its faces. A rejected call has an unknown outcome. */
export interface CacheClient {
  readonly face: 'http' | 'memcached';
  set(key: string, value: Buffer, ttlSeconds: number): Promise<void>;
  /** Undefined for a miss. */
  get(key: string): Promise<Buffer | undefined>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
