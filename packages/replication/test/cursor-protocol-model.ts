// The protocol between receivers and their Redis as a state machine, small enough to look at all of its states.
//
// A journal of three entries: the first and the third store key 0, the second stores key 1; the value of a store is the
// number of its entry. Two receiver processes share one lane. Shippers and the network are as bad as can be: any
// batch, of whatever entries, may arrive at either receiver at any moment, as often as it likes, and what keeps it out is
// nothing but what the two scripts look at. A receiver writes the keys of a batch one after the other, and anything may
// happen in between.

const KEY_OF_ENTRY = [0, 1, 0] as const;
const KEYS = [0, 1] as const;
export const ENTRIES: number = KEY_OF_ENTRY.length;

/** What a receiver is doing: nothing, writing or taking back the keys of the batch behind `prev` up to `last`. */
type Work = { readonly prev: number; readonly last: number; readonly done: number; readonly isYielding: boolean };

export interface ModelState {
  readonly cursor: number;
  /** Up to where a batch was begun and not committed; 0 for none. */
  readonly intent: number;
  /** Whose lease it is: a receiver, a dead one (2), or nobody's (-1). */
  readonly holder: number;
  /** Whose token is the newest: a receiver, or nobody's that lives (-1). */
  readonly token: number;
  readonly work: readonly (Work | undefined)[];
  /** The value of each key, 0 for a miss. */
  readonly cache: readonly number[];
}

/** What may go wrong, besides crashes and bad shippers. */
export interface ModelFaults {
  /** A lease ends while its holder lives and is frozen. */
  readonly leaseEnds: boolean;
  /** An intent is forgotten while its batch has not been applied. */
  readonly intentEnds: boolean;
  /** A process dies between a late write and the delete that takes it back. */
  readonly zombieDies: boolean;
  /** A receiver that lost its lane while it wrote leaves it at that. */
  readonly noTakingBack: boolean;
  /** The receivers' Redis does not answer when a batch is committed or a lane let go, whether it did so or not. */
  readonly redisAway: boolean;
  /** What is taken back fails part of the way, and is then tried again, or not. */
  readonly takingBackFails: 'never' | 'again' | 'left';
  /** What a script does not look at. */
  readonly unchecked: readonly Check[];
}

/** What `begin-batch` looks at, the cursor, the holder and the intent, and `commit-batch`, the token and the cursor. */
export type Check = 'begun at cursor' | 'holder' | 'intent' | 'token' | 'committed at cursor';

export const NO_FAULTS: ModelFaults = {
  leaseEnds: false,
  intentEnds: false,
  zombieDies: false,
  noTakingBack: false,
  redisAway: false,
  takingBackFails: 'never',
  unchecked: [],
};

export const START: ModelState = {
  cursor: 0,
  intent: 0,
  holder: -1,
  token: -1,
  work: [undefined, undefined],
  cache: [0, 0],
};

/** One step: where it leads, and the value that it puts in the place of another, if it writes. */
export interface ModelStep {
  readonly to: ModelState;
  readonly write?: { readonly before: number; readonly after: number };
}

/** The newest entry of a key in a batch, 0 for none. */
export function lastOf(key: number, prev: number, last: number): number {
  for (let entry = last; entry > prev; entry -= 1) if (KEY_OF_ENTRY[entry - 1] === key) return entry;
  return 0;
}

/** Everything that may happen next. */
export function steps(state: ModelState, faults: ModelFaults): ModelStep[] {
  const next: ModelStep[] = [];
  if (state.holder === 2 || (faults.leaseEnds && state.holder >= 0)) next.push({ to: { ...state, holder: -1 } });
  if (faults.intentEnds && state.intent > 0) next.push({ to: { ...state, intent: 0 } });
  for (const receiver of [0, 1]) {
    const work = state.work[receiver];
    if (work === undefined) next.push(...begin(state, receiver, faults));
    else next.push(...carryOn(state, receiver, work, faults));
  }
  return next;
}

/** Every batch that may come, where the lane is given to it. */
function begin(state: ModelState, receiver: number, { unchecked }: ModelFaults): ModelStep[] {
  const next: ModelStep[] = [];
  const isLooked = (check: Check): boolean => !unchecked.includes(check);
  if (isLooked('holder') && state.holder !== -1 && state.holder !== receiver) return next;
  for (let prev = 0; prev < ENTRIES; prev += 1) {
    if (isLooked('begun at cursor') && prev !== state.cursor) continue;
    for (let last = prev + 1; last <= ENTRIES; last += 1) {
      if (isLooked('intent') && last < state.intent) continue;
      const work = { prev, last, done: 0, isYielding: false };
      next.push({ to: withWork({ ...state, intent: last, holder: receiver, token: receiver }, receiver, work) });
    }
  }
  return next;
}

function carryOn(state: ModelState, receiver: number, work: Work, faults: ModelFaults): ModelStep[] {
  const next: ModelStep[] = [];
  const { prev, last, done, isYielding } = work;
  const isOvertaken = state.token !== receiver;
  const keys = KEYS.filter((key) => lastOf(key, prev, last) > 0);
  for (const key of keys.filter((candidate) => (done & (1 << candidate)) === 0)) {
    const value = isYielding ? 0 : lastOf(key, prev, last);
    const cache = state.cache.map((held, index) => (index === key ? value : held));
    const to = withWork({ ...state, cache }, receiver, { ...work, done: done | (1 << key) });
    next.push({ to, ...(isYielding ? {} : { write: { before: state.cache[key] ?? 0, after: value } }) });
  }
  const holder = state.holder === receiver ? -1 : state.holder;
  const yielding = faults.noTakingBack ? undefined : { ...work, done: 0, isYielding: true };
  if (keys.every((key) => (done & (1 << key)) !== 0)) {
    if (isYielding) next.push({ to: withWork(state, receiver, undefined) });
    else if (
      (!isOvertaken || faults.unchecked.includes('token')) &&
      (state.cursor === prev || faults.unchecked.includes('committed at cursor'))
    ) {
      const committed = { ...state, cursor: last, intent: 0, holder, token: -1 };
      next.push({ to: withWork(committed, receiver, undefined) });
      if (faults.redisAway) next.push({ to: withWork(committed, receiver, yielding) });
    } else next.push({ to: withWork({ ...state, holder }, receiver, yielding) });
  }
  // The applier fails: the lane is let go, or what was written too late is taken back.
  if (!isYielding) {
    const isHeld = state.holder === receiver;
    next.push({ to: withWork({ ...state, holder }, receiver, isHeld ? undefined : yielding) });
    // Nobody says whether it was held: what was written is taken back, and the lease ends by itself.
    if (faults.redisAway) next.push({ to: withWork(state, receiver, yielding) });
  } else if (faults.takingBackFails !== 'never') {
    const isLeft = faults.takingBackFails === 'left';
    next.push({ to: withWork(state, receiver, isLeft ? undefined : { ...work, done: 0 }) });
  }
  // The process dies. Its successor has another name, so that its lease has to end by itself.
  if (!isOvertaken || faults.zombieDies) {
    const left = {
      ...state,
      holder: state.holder === receiver ? 2 : state.holder,
      token: isOvertaken ? state.token : -1,
    };
    next.push({ to: withWork(left, receiver, undefined) });
  }
  return next;
}

function withWork(state: ModelState, receiver: number, work: Work | undefined): ModelState {
  return { ...state, work: state.work.map((before, index) => (index === receiver ? work : before)) };
}
