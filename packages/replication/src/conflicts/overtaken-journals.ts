import type { Operation } from '../operation/operation.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { laneKeys, overtakenKey } from '../operation/lane-keys.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';
import { compareStreamIds, isStreamId, STREAM_START, type StreamId, streamIdTimeMs } from '../operation/stream-id.ts';

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

/** An operation, and how far its writer had applied the journals of others. */
export type SeenOperation = readonly [operation: Operation, seen: SeenCursors];

/** Keys that are noted for one journal and shard; beyond that, all keys count as overwritten. */
const MAX_NOTED = 5000;
/** Keys of one command. */
const CHUNK = 1000;
const ANY_KEY = 'any';

/**
 * Knows which keys were written here by regions that had applied more of a third one's journal than has come here. What
 * comes of that journal only now may be what they overwrote: links are not equally fast, and one may be away for long.
 * Redis keeps it, for all receivers of the region, until that journal has come; two regions have no third one, and need
 * nothing.
 */
export class OvertakenJournals {
  readonly #options: OvertakenJournalsOptions;

  constructor(options: OvertakenJournalsOptions) {
    this.#options = options;
  }

  /** Whether there is a third region, as these vectors say; one of whose journal nothing was seen is one, too. */
  hasThird(source: string, operations: readonly SeenOperation[]): boolean {
    return operations.some(([, { cursors }]) => [...cursors.keys()].some((other) => this.#isThird(source, other)));
  }

  /** Notes what is to be carried out, before it is. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async note({ source, shard }: BatchOrigin, operations: readonly SeenOperation[]): Promise<void> {
    const newest = new Map<string, StreamId>();
    for (const { cursors } of new Set(operations.map(([, seen]) => seen))) {
      for (const [other, cursor] of cursors) {
        if (!this.#isThird(source, other)) continue;
        if (compareStreamIds(cursor, newest.get(other) ?? STREAM_START) > 0) newest.set(other, cursor);
      }
    }
    await Promise.all(
      Array.from(newest, ([other, cursor]) => this.#noteOf({ source: other, shard }, cursor, operations)),
    );
  }

  /** Those operations of a batch that may have been overwritten by what was applied here. @throws as `note`. */
  async find({ source, shard, first }: BatchOrigin, operations: readonly Operation[]): Promise<ReadonlySet<Operation>> {
    const noted = overtakenKey(this.#options.region, { source, shard });
    const found = new Set<Operation>();
    if (operations.length === 0 || Number(await this.#call('ZCARD', noted)) === 0) return found;
    // A number holds the time of an id, not all of it: what was appended in the same millisecond counts as seen.
    const firstMs = streamIdTimeMs(first);
    // All before this batch has come.
    await this.#call('ZREMRANGEBYSCORE', noted, '-inf', `(${firstMs}`);
    for (let from = 0; from < operations.length; from += CHUNK) {
      const some = operations.slice(from, from + CHUNK);
      const [any, ...times] = (await this.#call('ZMSCORE', noted, ANY_KEY, ...some.map(memberOf))) as unknown[];
      for (const [at, operation] of some.entries()) if (any !== null || times[at] !== null) found.add(operation);
    }
    return found;
  }

  /** Notes the keys of those whose writers had applied more of a journal than has come here. */
  async #noteOf(
    lane: { readonly source: string; readonly shard: number },
    newest: StreamId,
    operations: readonly SeenOperation[],
  ): Promise<void> {
    const { region } = this.#options;
    const stored = await this.#call('HGET', laneKeys(region, lane)[0], 'cursor');
    const cursor = typeof stored === 'string' && isStreamId(stored) ? stored : STREAM_START;
    if (compareStreamIds(newest, cursor) <= 0) return;
    const noted = overtakenKey(region, lane);
    const pairs = operations.flatMap(([operation, { cursors }]): [number, Buffer][] => {
      const seen = cursors.get(lane.source) ?? STREAM_START;
      return compareStreamIds(seen, cursor) > 0 ? [[streamIdTimeMs(seen), memberOf(operation)]] : [];
    });
    if (Number(await this.#call('ZCARD', noted)) + pairs.length > MAX_NOTED) {
      await this.#call('ZADD', noted, 'GT', streamIdTimeMs(newest), ANY_KEY);
      return;
    }
    for (let from = 0; from < pairs.length; from += CHUNK) {
      await this.#call('ZADD', noted, 'GT', ...pairs.slice(from, from + CHUNK).flat());
    }
  }

  #isThird(source: string, other: string): boolean {
    return other !== source && other !== this.#options.region;
  }

  #call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    const { connection, timeoutMs } = this.#options;
    return connection.run((redis) => redis.call(command, ...args), timeoutMs);
  }
}

/** Differs from `ANY_KEY` for every key. */
function memberOf({ key }: Operation): Buffer {
  return Buffer.concat([Buffer.from('k:'), key]);
}
