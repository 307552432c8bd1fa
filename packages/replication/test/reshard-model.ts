// A change of the number of shards as a state machine, small enough to look at all of its states: one key, which lies in
// one shard before the change and in another one after it, a writer whose operations are numbers that rise, two shippers
// and a receiver. Answers get lost, batches arrive late and twice, and writer and shippers die and begin anew anywhere.

type Lane = 'old' | 'new';

interface Shipper {
  /** Whether it has seen that the receiver has applied all of the old shard, which is sealed. */
  readonly isThrough: boolean;
  /** A batch of one entry on its way: it may arrive any time, and any number of times until it is given up. */
  readonly batch?: { readonly lane: Lane; readonly at: number };
}

export interface ReshardState {
  /** What the record names. */
  readonly record: 'old' | 'both' | 'new';
  readonly isSealed: boolean;
  readonly old: readonly number[];
  readonly new: readonly number[];
  /** Where the writer writes, as far as it knows. */
  readonly writesTo: Lane;
  /** The operation that waits, 0 for none; the newest one that was begun, and the newest one that was confirmed. */
  readonly waiting: number;
  readonly begun: number;
  readonly confirmed: number;
  readonly shippers: readonly [Shipper, Shipper];
  readonly cursors: Readonly<Record<Lane, number>>;
  readonly applied: number;
  /** Whether an older operation was applied after a newer one. */
  readonly isBackward: boolean;
}

/** What may be wrong in the protocol. */
export interface ReshardFaults {
  /** The new shard is shipped as soon as there is one. */
  readonly noBarrier: boolean;
  /** The append does not look at the seal. */
  readonly noSeal: boolean;
  /** A shipper is through with the old shard when there is nothing left in it, though it is not sealed. */
  readonly noWait: boolean;
}

const FRESH: Shipper = { isThrough: false };
export const START: ReshardState = {
  record: 'old',
  isSealed: false,
  old: [],
  new: [],
  writesTo: 'old',
  waiting: 0,
  begun: 0,
  confirmed: 0,
  shippers: [FRESH, FRESH],
  cursors: { old: 0, new: 0 },
  applied: 0,
  isBackward: false,
};

/** Everything that may happen next. */
export function steps(state: ReshardState, operations: number, faults: ReshardFaults): ReshardState[] {
  const next: ReshardState[] = [];
  if (state.record === 'old') next.push({ ...state, record: 'both' });
  // Any shipper seals, and finds that all is done.
  if (state.record === 'both' && !state.isSealed) next.push({ ...state, isSealed: true });
  if (state.record === 'both' && state.shippers.some(({ isThrough }) => isThrough))
    next.push({ ...state, record: 'new' });
  return [...next, ...write(state, operations, faults), ...ship(state, 0, faults), ...ship(state, 1, faults)];
}

function write(state: ReshardState, operations: number, { noSeal }: ReshardFaults): ReshardState[] {
  const { waiting, writesTo, begun } = state;
  if (waiting === 0) return begun < operations ? [{ ...state, waiting: begun + 1, begun: begun + 1 }] : [];
  // A new process knows of the old shards only; what waited dies with the old one.
  const dead: ReshardState = { ...state, waiting: 0, writesTo: 'old' };
  const confirmed: ReshardState = { ...state, waiting: 0, confirmed: waiting };
  const held = state[writesTo];
  // It was there before its answer was lost.
  if (held.at(-1) === waiting) return [dead, confirmed];
  if (writesTo === 'old' && state.isSealed && !noSeal) {
    return state.record === 'old' ? [dead] : [dead, { ...state, writesTo: 'new' }];
  }
  const appended = [...held, waiting];
  // Without the seal, whoever reads the record goes over by himself.
  const moved = noSeal && state.record !== 'old' ? [{ ...state, writesTo: 'new' as const }] : [];
  return [dead, ...moved, { ...state, [writesTo]: appended }, { ...confirmed, [writesTo]: appended }];
}

function ship(state: ReshardState, at: 0 | 1, { noBarrier, noWait }: ReshardFaults): ReshardState[] {
  const { shippers, cursors, record } = state;
  const mine = shippers[at];
  const become = (shipper: Shipper): ReshardState => ({
    ...state,
    shippers: at === 0 ? [shipper, shippers[1]] : [shippers[0], shipper],
  });
  const next: ReshardState[] = mine.isThrough || mine.batch !== undefined ? [become(FRESH)] : [];
  if (mine.batch !== undefined) {
    const given = become({ isThrough: mine.isThrough });
    return [...next, given, deliver(state, mine.batch), deliver(given, mine.batch)];
  }
  const isAtEnd = cursors.old === state.old.length && (state.isSealed || noWait);
  if (record === 'both' && !mine.isThrough && isAtEnd) next.push(become({ isThrough: true }));
  const mayShipNew = record === 'new' || (record === 'both' && (mine.isThrough || noBarrier));
  const lanes: Lane[] = mayShipNew ? ['old', 'new'] : ['old'];
  for (const lane of lanes) {
    if (cursors[lane] < state[lane].length) next.push(become({ ...mine, batch: { lane, at: cursors[lane] } }));
  }
  return next;
}

function deliver(state: ReshardState, { lane, at }: { readonly lane: Lane; readonly at: number }): ReshardState {
  const value = state[lane][at];
  if (state.cursors[lane] !== at || value === undefined) return state;
  const cursors = { ...state.cursors, [lane]: at + 1 };
  return { ...state, cursors, applied: value, isBackward: state.isBackward || value < state.applied };
}

/** Whether the change is done, and nothing is under way any more. */
export function isAtRest({ record, waiting, shippers, cursors, ...state }: ReshardState): boolean {
  const isQuiet = record === 'new' && waiting === 0 && shippers.every(({ batch }) => batch === undefined);
  return isQuiet && cursors.old === state.old.length && cursors.new === state.new.length;
}
