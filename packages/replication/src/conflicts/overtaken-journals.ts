import type { OwnedConnection } from '../owned-connection.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';
import { type StreamId, streamIdTimeMs } from '../operation/stream-id.ts';

/** What it needs. */
export interface OvertakenJournalsOptions {
  readonly connection: OwnedConnection;
  /** The region that receives. */
  readonly region: string;
  readonly timeoutMs: number;
}

/** Where a batch comes from, and the id of its oldest entry. */
export interface BatchOrigin {
  readonly source: string;
  readonly shard: number;
  readonly first: StreamId;
}

/**
 * Knows how far the journals of other regions had been applied in third ones that wrote what was applied here. Whatever
 * of them comes here only now may have been overwritten by one who knew of it: links are not equally fast, and one may
 * be away for long. Redis keeps it, for all receivers of the region; two regions have no third one, and need nothing.
 */
export class OvertakenJournals {
  readonly #options: OvertakenJournalsOptions;

  constructor(options: OvertakenJournalsOptions) {
    this.#options = options;
  }

  /** Whether these vectors say anything about a third region. */
  isConcerned(source: string, vectors: Iterable<SeenCursors>): boolean {
    return this.#newest(source, vectors).size > 0;
  }

  /** Notes what the writers of operations had seen, before these are carried out. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async note({ source, shard }: BatchOrigin, vectors: Iterable<SeenCursors>): Promise<void> {
    const { connection, timeoutMs } = this.#options;
    const notes = Array.from(this.#newest(source, vectors), ([other, ms]) =>
      connection.run((redis) => redis.call('ZADD', this.#key(other), 'GT', ms, shard), timeoutMs),
    );
    await Promise.all(notes);
  }

  /** Whether what was applied here may have overwritten something of a batch. @throws as `note`. */
  async isOvertaken({ source, shard, first }: BatchOrigin): Promise<boolean> {
    const { connection, timeoutMs } = this.#options;
    const ms = await connection.run((redis) => redis.call('ZSCORE', this.#key(source), shard), timeoutMs);
    // A number holds the time of an id, not all of it: what was appended in the same millisecond counts as seen.
    return ms !== null && streamIdTimeMs(first) <= Number(ms);
  }

  /** By third region, the time of the newest cursor that is not at the start. */
  #newest(source: string, vectors: Iterable<SeenCursors>): ReadonlyMap<string, number> {
    const newest = new Map<string, number>();
    for (const { cursors } of new Set(vectors)) {
      for (const [other, cursor] of cursors) {
        if (other === source || other === this.#options.region) continue;
        newest.set(other, Math.max(newest.get(other) ?? 0, streamIdTimeMs(cursor)));
      }
    }
    return newest;
  }

  #key(source: string): string {
    return `{lockstep:replication:${this.#options.region}:${source}}:overtaken`;
  }
}
