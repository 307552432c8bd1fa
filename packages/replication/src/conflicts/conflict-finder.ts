import type { Clock, RedisClient } from '@lockstep/core';

import type { BatchPlan } from '../receiver/batch-plan.ts';
import { DEFAULT_SHARDS, type JournalLayout, parseLayouts, readLayoutRecord } from '../layout/journal-layout.ts';
import type { Journal } from '../journal/journal.ts';
import { LocalWrites } from './local-writes.ts';
import type { Operation } from '../operation/operation.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { type BatchOrigin, OvertakenJournals, type SeenOperation } from './overtaken-journals.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireShards } from '../operation/region-name.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';
import { compareStreamIds } from '../operation/stream-id.ts';

/** How writes are found that two regions made without knowing of each other's. */
export interface ConflictOptions {
  /** The journal of the receiver's own region, with the sending regions as its `peers`. Yours. */
  readonly journal: Pick<Journal, 'append'>;
  /** Shards that the journal is begun with. @default 16 */
  readonly shards?: number;
  /** Whether a key is one of those that several regions store; its bytes are good for the call only. @default every one */
  readonly isFor?: (key: Buffer) => boolean;
  /** Memory for the last local writes, all shards together; older ones count as unknown. @default 67108864 */
  readonly maxBytes?: number;
}

/** What a finder needs. */
export interface ConflictFinderOptions extends ConflictOptions {
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const DEFAULT_BYTES = 64 * 1024 * 1024;

/** What is to be carried out of a plan. */
export interface SettledPlan {
  readonly operations: readonly Operation[];
  /** Stores that may be overtaken while they are carried out. */
  readonly overtakable: readonly Operation[];
}

/** What was found about an operation of another region. */
type Finding = 'later' | 'concurrent' | 'unknown';

/**
 * Finds operations of other regions that are concurrent with one of this region on the same key: neither had seen the
 * other. No clock says which is the newer value, so the key is deleted, here and by a delete in this region's journal
 * everywhere. Where it cannot be known, the store becomes a delete here.
 *
 * Where there are more than two regions, a store that may have been overwritten in one of the others becomes a delete as
 * well when what overwrote it was here first.
 *
 * That at least one side finds each pair: of two concurrent operations, the one that is appended later is in its
 * journal when the other one is looked at there, or the earlier one is when the later one arrives.
 */
export class ConflictFinder {
  readonly #options: ConflictFinderOptions;
  readonly #connection: OwnedConnection;
  #record: string | undefined;
  #layout: JournalLayout;
  /** By index in the layout; none while it changes. */
  #writes: readonly LocalWrites[] = [];
  readonly #isFor: (key: Buffer) => boolean;
  readonly #overtaken: OvertakenJournals;
  /** Operations that were concurrent with one of this region. */
  conflicts = 0;
  /** Stores that became deletes because it could not be known. */
  unknown = 0;

  constructor(options: ConflictFinderOptions) {
    const { shards = DEFAULT_SHARDS, maxBytes = DEFAULT_BYTES, isFor = () => true } = options;
    requireShards('conflicts.shards', shards);
    requirePositiveInteger('conflicts.maxBytes', maxBytes);
    this.#options = options;
    this.#connection = new OwnedConnection(options);
    this.#overtaken = new OvertakenJournals({ ...options, connection: this.#connection });
    this.#isFor = isFor;
    this.#layout = { base: 0, shards };
    this.#writes = this.#open(this.#layout);
  }

  /**
   * What is to be carried out of a plan.
   *
   * @throws ReplicationError of Redis or of the journal; nothing was carried out, and the batch comes again.
   */
  async settle(origin: BatchOrigin, { operations, seenBy }: BatchPlan): Promise<SettledPlan> {
    const guarded = operations.filter((operation) => seenBy.has(operation) && this.#isFor(operation.key));
    if (guarded.length === 0) return { operations, overtakable: [] };
    const seen = guarded.map((operation): SeenOperation => [operation, seenBy.get(operation) as SeenCursors]);
    const hasThird = this.#overtaken.hasThird(origin.source, seen);
    const [{ writes, isKnown }, overtaken] = await Promise.all([
      this.#catchUp(origin.shard),
      this.#overtaken.find(origin, hasThird ? guarded : []),
      this.#overtaken.note(origin, seen),
    ]);
    const deletes = new Map<Operation, Operation>();
    const echoes: Promise<void>[] = [];
    for (const operation of guarded) {
      const { kind, key } = operation;
      const compared =
        isKnown && writes !== undefined
          ? this.#compare(writes, operation, seenBy.get(operation) as SeenCursors)
          : 'unknown';
      const finding = compared === 'later' && overtaken.has(operation) ? 'unknown' : compared;
      if (finding === 'later' || (finding === 'unknown' && kind === 'delete')) continue;
      deletes.set(operation, { kind: 'delete', key });
      if (finding === 'unknown') this.unknown += 1;
      else this.conflicts += 1;
      // A delete of ours is on its way already, and takes the other value with it.
      if (finding === 'concurrent' && writes?.lastOf(key)?.isStore === true) {
        echoes.push(this.#options.journal.append({ kind: 'delete', key }));
      }
    }
    await Promise.all(echoes);
    return {
      operations: deletes.size === 0 ? operations : operations.map((operation) => deletes.get(operation) ?? operation),
      overtakable: hasThird ? guarded.filter((operation) => operation.kind === 'set' && !deletes.has(operation)) : [],
    };
  }

  /**
   * Those of the stores that were carried out whose keys must be deleted, as what overwrote them may have come here in
   * the meantime. @throws ReplicationError `ERR_REPLICATION_REDIS`.
   */
  async overtaken(origin: BatchOrigin, stores: readonly Operation[]): Promise<readonly Operation[]> {
    const overtaken = await this.#overtaken.find(origin, stores);
    this.unknown += overtaken.size;
    return [...overtaken];
  }

  /** Whether a key is one of those that several regions store. */
  isMeant(key: Buffer): boolean {
    return this.#isFor(key);
  }

  close(): void {
    this.#connection.close();
  }

  /** The writes of the shard that has the keys of that one, as of now; none where the layouts differ, or change. */
  async #catchUp(shard: number): Promise<{ readonly writes?: LocalWrites | undefined; readonly isKnown: boolean }> {
    const { region, timeoutMs } = this.#options;
    const writes = this.#writes[shard - this.#layout.base];
    const [record, isCaughtUp] = await Promise.all([
      this.#connection.run((redis) => readLayoutRecord(redis, region), timeoutMs),
      writes?.catchUp(),
    ]);
    // Another batch has found a change of the layout meanwhile.
    if (writes !== this.#writes[shard - this.#layout.base]) return this.#catchUp(shard);
    if (record === this.#record || record === undefined) return { writes, isKnown: isCaughtUp === true };
    const layouts = parseLayouts(record);
    const [layout] = layouts;
    this.#record = record;
    const isSettled = layouts.length === 1 && layout !== undefined;
    if (
      isSettled &&
      layout.base === this.#layout.base &&
      layout.shards === this.#layout.shards &&
      this.#writes.length > 0
    )
      return { writes, isKnown: isCaughtUp === true };
    if (isSettled) this.#layout = layout;
    this.#writes = isSettled ? this.#open(layout) : [];
    return this.#catchUp(shard);
  }

  #open({ base, shards }: JournalLayout): readonly LocalWrites[] {
    const { maxBytes = DEFAULT_BYTES } = this.#options;
    return Array.from(
      { length: shards },
      (_, index) =>
        new LocalWrites({
          ...this.#options,
          connection: this.#connection,
          shard: base + index,
          isFor: this.#isFor,
          maxBytes: Math.ceil(maxBytes / shards),
          // Who has seen nothing of a later layout may not have seen all of the one before.
          ...(base === 0 ? {} : { from: { id: '0-1', operations: 0 } }),
        }),
    );
  }

  #compare(writes: LocalWrites, { key }: Operation, { base, shards, cursors }: SeenCursors): Finding {
    const seen = cursors.get(this.#options.region);
    // Of another layout it knows other shards, and the key may be in none of those that are compared here.
    if (seen === undefined || base !== this.#layout.base || shards !== this.#writes.length) return 'unknown';
    const last = writes.lastOf(key);
    if (last !== undefined && compareStreamIds(last.id, seen) > 0) return 'concurrent';
    return compareStreamIds(seen, writes.knownFrom) < 0 ? 'unknown' : 'later';
  }
}
