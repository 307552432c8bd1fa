// What two regions do with one key as a state machine, small enough to look at all of its states.
//
// Each region may write the key once: it begins, writes its own cache, and appends to its journal, and anything may
// happen in between. Each applies the other's journal in order: it looks whether an operation is concurrent with one in
// its own journal, writes its cache, and moves its cursor; it may die before that and begin again. The value of a write is the
// number of its region, 1 or 2; 0 is a delete, and an empty cache.

/** An entry of a journal, and how many of the other's entries its region had seen. */
interface Entry {
  readonly value: number;
  readonly seen: number;
}

interface Region {
  readonly cache: number;
  readonly journal: readonly Entry[];
  /** How many of the other's entries were applied. */
  readonly cursor: number;
  /** How far its own write has come. */
  readonly phase: 'idle' | 'begun' | 'written' | 'appended';
  /** The vector that its own write takes with it. */
  readonly seen: number;
  /** Whether its own write was begun after the other's had been applied here. */
  readonly isLater: boolean;
  /** What the entry that is being applied comes to. */
  readonly applying: number | undefined;
  readonly isDone: boolean;
}

export type ConflictState = readonly [Region, Region];

/** What may be wrong in the protocol. */
export interface ConflictFaults {
  /** A write says it has seen what was applied up to its append. */
  readonly seenLate: boolean;
  /** What is found concurrent is deleted here only. */
  readonly noEcho: boolean;
}

const IDLE: Region = {
  cache: 0,
  journal: [],
  cursor: 0,
  phase: 'idle',
  seen: 0,
  isLater: false,
  applying: undefined,
  isDone: false,
};
export const START: ConflictState = [IDLE, IDLE];

/** Everything that may happen next. */
export function steps(state: ConflictState, faults: ConflictFaults): ConflictState[] {
  return [0, 1].flatMap((at) => {
    const own = state[at as 0 | 1];
    const other = state[at === 0 ? 1 : 0];
    const next = [...write(own, at + 1, other, faults), ...apply(own, other, faults)];
    return next.map((region): ConflictState => (at === 0 ? [region, other] : [other, region]));
  });
}

function write(own: Region, value: number, other: Region, { seenLate }: ConflictFaults): Region[] {
  if (own.phase === 'idle') {
    const isLater = other.journal.slice(0, own.cursor).some((entry) => entry.value !== 0);
    // The cursors may have been read at any time before.
    const seen = Array.from({ length: own.cursor + 1 }, (_, before) => before);
    return seen.map((before) => ({ ...own, phase: 'begun', seen: before, isLater }));
  }
  if (own.phase === 'begun') return [{ ...own, phase: 'written', cache: value }];
  if (own.phase === 'appended') return [];
  const entry = { value, seen: seenLate ? own.cursor : own.seen };
  return [{ ...own, phase: 'appended', journal: [...own.journal, entry] }];
}

function apply(own: Region, other: Region, { noEcho }: ConflictFaults): Region[] {
  if (own.applying !== undefined) {
    const again = { ...own, applying: undefined, isDone: false };
    if (own.isDone) return [again, { ...again, cursor: own.cursor + 1 }];
    return [again, { ...own, cache: own.applying, isDone: true }];
  }
  const entry = other.journal[own.cursor];
  if (entry === undefined) return [];
  const last = own.journal.at(-1);
  const isConcurrent = last !== undefined && own.journal.length > entry.seen;
  const applying = isConcurrent ? 0 : entry.value;
  if (!isConcurrent || last.value === 0 || noEcho) return [{ ...own, applying }];
  const echoes = Array.from({ length: own.cursor + 1 }, (_, seen) => ({ value: 0, seen }));
  return echoes.map((echo) => ({ ...own, applying, journal: [...own.journal, echo] }));
}

/** Whether nothing is under way any more. */
export function isAtRest(state: ConflictState): boolean {
  const [one, two] = state;
  const isQuiet = state.every(
    ({ phase, applying }) => (phase === 'idle' || phase === 'appended') && applying === undefined,
  );
  return isQuiet && one.cursor === two.journal.length && two.cursor === one.journal.length;
}
