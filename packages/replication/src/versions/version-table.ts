import type { RedisArgument, RedisClient, RedisScript } from '@lockstep/core';

import { CONFIRM_VERSIONS } from '../lua/confirm-versions.ts';
import { FORGET_VERSIONS } from '../lua/forget-versions.ts';
import { JUDGE_VERSIONS } from '../lua/judge-versions.ts';
import { NOTE_VERSIONS } from '../lua/note-versions.ts';
import { OPEN_VERSIONS } from '../lua/open-versions.ts';
import { SETTLE_SUSPECTS } from '../lua/settle-suspects.ts';
import type { Operation } from '../operation/operation.ts';
import { shardOf } from '../operation/shard-of.ts';
import { redisFailed } from '../owned-connection.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { ReplicationError } from '../replication-error.ts';
import { VERSION_PARTS, versionKeys } from './version-keys.ts';
import type { VersionOptions } from './version-options.ts';

/** What a table needs. */
export interface VersionTableOptions extends VersionOptions {
  readonly region: string;
  /** Runs a command, and fails in the way of its owner when Redis does. */
  readonly run: <T>(command: (redis: RedisClient) => Promise<T>) => Promise<T>;
}

/** What is to be done with an operation of another region. */
export type Verdict = 'apply' | 'keep' | 'delete';

/** A key under suspicion, and the token by which it is known whether that is still the same suspicion. */
export interface Suspect {
  readonly key: Buffer;
  readonly token: Buffer;
}

/** Where a batch comes from, and when its first entry was appended, in milliseconds since the epoch. */
export interface JudgedBatch {
  readonly lane: string;
  readonly prev: string;
  readonly last: string;
  readonly writtenAt: number;
}

const VERDICTS: Readonly<Record<string, Verdict>> = { a: 'apply', k: 'keep', d: 'delete' };
/** Suspects of one part; with more, a journal waits until receivers have deleted some. */
const MAX_SUSPECTS = 100_000;
/** Suspects that are taken at once. */
const TAKE_SUSPECTS = 100;
/** Keys of one step, which holds Redis up. */
const STEP_KEYS = 1000;

/** The versions of the rows in one region's caches, and the deletes among them, in that region's Redis. */
export class VersionTable {
  readonly #options: VersionTableOptions;
  /** What every script is told of the table. */
  readonly #limits: readonly number[];
  readonly #maxSkewMs: number;

  /** @throws RangeError for an option out of bounds. */
  constructor(options: VersionTableOptions) {
    const { maxBytes = 128 * 1024 * 1024, keepMs = 86_400_000, maxSkewMs = 60_000 } = options;
    for (const [name, value] of Object.entries({ maxBytes, keepMs, maxSkewMs }))
      requirePositiveInteger(`versions.${name}`, value);
    this.#options = options;
    // Of two generations, each has half of the room and of the time.
    this.#limits = [Math.ceil(maxBytes / VERSION_PARTS / 2), Math.ceil(keepMs / 2)];
    this.#maxSkewMs = maxSkewMs;
  }

  /** Whether the versions of an operation are looked at. */
  isMeant({ key }: Operation): boolean {
    return this.#options.isFor?.(key) ?? true;
  }

  /** What is to be done with operations of another region, and notes it. @throws as `run`. */
  judge(operations: readonly Operation[], { lane, prev, last, writtenAt }: JudgedBatch): Promise<Verdict[]> {
    const args = [`lane:${lane}`, prev, last, writtenAt, this.#maxSkewMs];
    return this.#ask(JUDGE_VERSIONS, operations, args);
  }

  /** Whether stores that were carried out are still the newest of their keys; `delete` where not. @throws as `run`. */
  confirm(stores: readonly Operation[]): Promise<Verdict[]> {
    return this.#ask(CONFIRM_VERSIONS, stores, []);
  }

  /**
   * Notes writes of this region that may have begun so long ago.
   *
   * @throws as `run`, and ReplicationError `ERR_REPLICATION_JOURNAL_FULL` when too many keys are suspects.
   */
  async note(operations: readonly Operation[], withinMs: number): Promise<void> {
    for (const [part, indexes] of this.#split(operations)) {
      const { newer, older, meta, suspects } = versionKeys(this.#options.region, part);
      const args = [...this.#limits, withinMs, MAX_SUSPECTS, ...indexes.flatMap((at) => describe(operations[at]))];
      const noted = await this.#options.run((redis) => NOTE_VERSIONS.run(redis, [newer, older, meta, suspects], args));
      if (Number(noted) === 1) continue;
      const message = `more than ${MAX_SUSPECTS} keys wait until a receiver deletes them, as another region wrote them too`;
      throw new ReplicationError('ERR_REPLICATION_JOURNAL_FULL', message);
    }
  }

  /** Begins the table where there is none. @throws as `run`. */
  async open(): Promise<void> {
    await this.#everywhere((redis, { newer, older, meta }) =>
      OPEN_VERSIONS.run(redis, [newer, older, meta], this.#limits),
    );
  }

  /** Forgets what is known of all keys. @throws as `run`. */
  async forget(): Promise<void> {
    await this.#everywhere((redis, { newer, older, meta }) => FORGET_VERSIONS.run(redis, [newer, older, meta], []));
  }

  /** Some of the suspects of a part. @throws as `run`. */
  async suspects(part: number): Promise<Suspect[]> {
    const { suspects } = versionKeys(this.#options.region, part);
    const reply = await this.#options.run((redis) =>
      redis.callBuffer('HRANDFIELD', suspects, TAKE_SUSPECTS, 'WITHVALUES'),
    );
    // RESP2 gives fields and values in turn, RESP3 in pairs.
    const flat = (reply as Buffer[] | Buffer[][]).flat();
    return Array.from({ length: flat.length / 2 }, (_, at) => ({
      key: flat[2 * at] as Buffer,
      token: flat[2 * at + 1] as Buffer,
    }));
  }

  /** Takes out suspects that were deleted. @throws as `run`. */
  async settle(part: number, suspects: readonly Suspect[]): Promise<void> {
    const { suspects: name } = versionKeys(this.#options.region, part);
    const args = suspects.flatMap(({ key, token }) => [key, token]);
    await this.#options.run((redis) => SETTLE_SUSPECTS.run(redis, [name], args));
  }

  async #everywhere(
    step: (redis: RedisClient, keys: ReturnType<typeof versionKeys>) => Promise<unknown>,
  ): Promise<void> {
    const { run, region } = this.#options;
    const parts = Array.from({ length: VERSION_PARTS }, (_, part) => versionKeys(region, part));
    await Promise.all(parts.map((keys) => run((redis) => step(redis, keys))));
  }

  async #ask(
    script: RedisScript,
    operations: readonly Operation[],
    args: readonly RedisArgument[],
  ): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const [part, indexes] of this.#split(operations)) {
      const { newer, older, meta } = versionKeys(this.#options.region, part);
      const all = [...this.#limits, ...args, ...indexes.flatMap((at) => describe(operations[at]))];
      const reply = await this.#options.run((redis) => script.run(redis, [newer, older, meta], all));
      for (const [index, at] of indexes.entries()) {
        const verdict = typeof reply === 'string' ? VERDICTS[reply[index] ?? ''] : undefined;
        if (verdict === undefined) throw redisFailed(new Error('the answer about versions is malformed'));
        verdicts[at] = verdict;
      }
    }
    return verdicts;
  }

  /** Indexes of operations by their part, in their order, and not too many at once. */
  *#split(operations: readonly Operation[]): Generator<readonly [number, readonly number[]]> {
    const parts = new Map<number, number[]>();
    for (const [at, { key }] of operations.entries()) {
      const part = shardOf(key, VERSION_PARTS);
      const indexes = parts.get(part);
      if (indexes === undefined) parts.set(part, [at]);
      else indexes.push(at);
    }
    for (const [part, indexes] of parts) {
      for (let at = 0; at < indexes.length; at += STEP_KEYS) yield [part, indexes.slice(at, at + STEP_KEYS)];
    }
  }
}

/** An operation as the scripts take it: versions of equal length compare as text. */
function describe(operation: Operation | undefined): [Buffer, string] {
  if (operation === undefined) throw new RangeError('there is no such operation');
  const { kind, key, version } = operation;
  if (version === undefined) return [key, '?'];
  return [key, `${kind === 'set' ? 's' : 'x'}${version.toString().padStart(20, '0')}`];
}
