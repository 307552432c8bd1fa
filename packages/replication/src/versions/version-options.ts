/** How the versions of rows are compared; the same for the journals and the receivers of a region. */
export interface VersionOptions {
  /**
   * Whether the versions of this key are compared. Every write of it should have one: without, it is not known to be
   * newer or older than others, and becomes a delete in the other regions. The bytes of the key are good for the call
   * only. @default every key
   */
  readonly isFor?: (key: Buffer) => boolean;
  /**
   * Whether there are such keys at all by now. A receiver asks it every fifth of a second, and begins to look for keys
   * that two regions wrote when it first says so. While it says no, versions are not compared. @default there are
   */
  readonly isUsed?: () => boolean;
  /** Bytes that the versions of a region may take in its Redis: the length of each key and 160. @default 134217728 */
  readonly maxBytes?: number;
  /** How long a version, or a delete, is known after it was last written: at least half of it. @default 86400000 */
  readonly keepMs?: number;
  /**
   * How far the clocks of the Redis servers may be apart, with the longest write. Asked only where nothing is known of
   * a key, after Redis lost the versions or they were forgotten: what was written less than so long after that becomes
   * a delete. @default 60000
   */
  readonly maxSkewMs?: number;
}
