/**
 * How far the holders behind a follower have come, for one that only passes on what it hears, as a relay does. What it
 * acknowledges to the log, at once and in its heartbeats, is what they have passed.
 */
export interface Passage {
  /**
   * The last entry of this shard and epoch that all who may serve have passed, at most `applied`; undefined while one
   * of them has not reached this epoch.
   */
  sequence(shard: number, epoch: string, applied: number): number | undefined;
  /**
   * The entry that was just handed over, or the start of an epoch after a reset, waits for acknowledgement.
   * `acknowledge` is called at once when all have passed it, and else whenever they have come further, until they have.
   */
  request(shard: number, epoch: string, sequence: number, acknowledge: () => void): void;
}
