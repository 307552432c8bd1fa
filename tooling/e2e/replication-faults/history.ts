/** One write of a client, as far as the client can know. */
export interface Write {
  /** Rises over the whole run, so that an older value can be told from a newer one. */
  readonly number: number;
  readonly isDelete: boolean;
  readonly region: string;
  /** Monotonic milliseconds around the call. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Whether it was confirmed; another one may have taken effect or not. */
  readonly isConfirmed: boolean;
}

/**
 * How a key is written: `own` in one region, and its values travel; `shared` in all regions at once, of which only deletes
 * travel; `both` in all regions at once, and values travel; `row` as `both`, and each write has a version, its number.
 */
export type KeyKind = 'own' | 'shared' | 'both' | 'row';

/** What became of one key. */
export type Wrong = 'stale' | 'missing' | 'differs' | 'invented';

/** A key that no history explains. */
export interface WrongKey {
  readonly key: string;
  readonly wrong: Wrong;
  /** The number of the value by region. */
  readonly found: Readonly<Record<string, number | undefined>>;
  /** Those that it may come from. */
  readonly writes: readonly Pick<Write, 'number'>[];
}

/** A write without an answer may take effect until so long after it was given up. */
const lateMs = 5000;

/** All writes of one key. */
export class KeyHistory {
  readonly key: string;
  readonly kind: KeyKind;
  readonly #writers = new Set<string>();
  #writes: Write[] = [];

  constructor(key: string, kind: KeyKind) {
    this.key = key;
    this.kind = kind;
  }

  /** The writes that the present state may still come from. */
  get writes(): readonly Write[] {
    return this.#writes;
  }

  /** Whether more than one region wrote it: then two of its writes may not have known of one another. */
  get isContested(): boolean {
    return this.#writers.size > 1;
  }

  add(write: Write): void {
    this.#writers.add(write.region);
    if (write.isConfirmed) this.#writes = this.#writes.filter((other) => endOf(other) >= write.startedAt);
    this.#writes.push(write);
  }
}

function endOf({ endedAt, isConfirmed }: Write): number {
  return isConfirmed ? endedAt : endedAt + lateMs;
}

/**
 * Judges a key by what the pool of each region holds at rest.
 *
 * @param found the number of the value by region; undefined for a miss, NaN for what nobody wrote.
 * @param mayMiss whether something that happened explains that a region has lost the key.
 */
export function judge(
  { key, kind, writes, isContested }: Pick<KeyHistory, 'key' | 'kind' | 'writes' | 'isContested'>,
  found: ReadonlyMap<string, number | undefined>,
  mayMiss: (region: string, key: string) => boolean,
): Wrong | undefined {
  if (kind === 'row') return judgeRow(writes, found);
  let other: number | undefined;
  // Of writes that did not know of one another none stays.
  const mayGo = kind === 'shared' || (kind === 'both' && isContested);
  for (const [region, number] of found) {
    if (number === undefined) {
      const mayBeGone = mayGo || writes.some((write) => write.isDelete || !write.isConfirmed);
      if (!mayBeGone && writes.length > 0 && !mayMiss(region, key)) return 'missing';
      continue;
    }
    if (Number.isNaN(number)) return 'invented';
    const isPossible = writes.some(
      (write) => write.number === number && !write.isDelete && (kind !== 'shared' || write.region === region),
    );
    if (!isPossible) return 'stale';
    if (other !== undefined && other !== number) return 'differs';
    other = number;
  }
  return undefined;
}

/** A row is there as it was written last, in whatever order its writes arrived, or it is not there. */
function judgeRow(writes: readonly Write[], found: ReadonlyMap<string, number | undefined>): Wrong | undefined {
  const newest = writes.toSorted((one, other) => one.number - other.number).at(-1);
  for (const number of found.values()) {
    if (number === undefined) continue;
    if (Number.isNaN(number)) return 'invented';
    // A delete has a number that no value has.
    if (number !== newest?.number) return 'stale';
  }
  return undefined;
}
