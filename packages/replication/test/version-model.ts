// What two regions do with one row whose writes have versions, as a state machine small enough to look at all of its
// states. A write takes its version when its row is committed, and that is when it begins; it writes its own cache,
// notes its version and appends to its journal, and anything may happen in between. Each region applies the other's
// journal in order: it judges, carries out, looks again, and moves its cursor; it may die anywhere before that and begin
// again. A region may lose what it knew of versions. 0 is an empty cache.

interface Write {
  readonly version: number;
  readonly isStore: boolean;
  /** Regions that had lost their table when it was begun: it is later than all that they forgot. */
  readonly isAfterLoss: readonly [boolean, boolean];
}

/** What a region knows of the key; without a version nothing. */
interface Known {
  readonly version?: number;
  readonly isStore: boolean;
  /** Whether the other region wrote the key here since this region's own write began. */
  readonly isTouched: boolean;
}

type Verdict = 'apply' | 'keep' | 'delete';

interface Region {
  readonly cache: number;
  readonly known: Known;
  readonly isLost: boolean;
  readonly isSuspect: boolean;
  readonly journal: readonly Write[];
  readonly cursor: number;
  /** Whether the entry after the cursor was begun with before. */
  readonly isAgain: boolean;
  readonly applying?: { readonly verdict: Verdict; readonly at: 'judged' | 'carried out' | 'overtaken' | 'done' };
  readonly own?: { readonly write: Write; readonly at: 'begun' | 'written' | 'noted' };
}

export interface VersionState {
  /** Versions that were given out. */
  readonly versions: number;
  readonly newestIsStore: boolean;
  readonly regions: readonly [Region, Region];
}

/** What may be wrong in the protocol. */
export interface VersionFaults {
  /** What was stored is not looked at again. */
  readonly noConfirm: boolean;
  /** A batch that comes again leaves what is older. */
  readonly noAgain: boolean;
  /** A region's own writes are noted, and suspect nothing. */
  readonly noSuspects: boolean;
  /** What is deleted because nothing is known of it counts as known from then on. */
  readonly learnsFromUnknown: boolean;
  /** A delete is not remembered. */
  readonly noTombstones: boolean;
}

/** How much may happen. */
export interface VersionBounds {
  readonly writes: number;
  readonly deletes: boolean;
  readonly losses: boolean;
}

const NOTHING: Region = {
  cache: 0,
  known: { version: 0, isStore: false, isTouched: false },
  isLost: false,
  isSuspect: false,
  journal: [],
  cursor: 0,
  isAgain: false,
};
export const START: VersionState = { versions: 0, newestIsStore: false, regions: [NOTHING, NOTHING] };

/** Everything that may happen next. */
export function steps(state: VersionState, bounds: VersionBounds, faults: VersionFaults): VersionState[] {
  return [0, 1].flatMap((at) => {
    const own = state.regions[at as 0 | 1];
    const other = state.regions[at === 0 ? 1 : 0];
    const next = [...write(own, faults), ...apply(own, other, at, faults), ...mend(own, bounds)];
    const placed = next.map((region) => place(state, at, region));
    return own.own === undefined && state.versions < bounds.writes ? [...placed, ...begin(state, at, bounds)] : placed;
  });
}

function place(state: VersionState, at: number, region: Region): VersionState {
  const [one, two] = state.regions;
  return { ...state, regions: at === 0 ? [region, two] : [one, region] };
}

function begin(state: VersionState, at: number, { deletes }: VersionBounds): VersionState[] {
  const { regions } = state;
  const own = regions[at as 0 | 1];
  const version = state.versions + 1;
  return (deletes ? [true, false] : [true]).map((isStore) => {
    const begun: Write = { version, isStore, isAfterLoss: [regions[0].isLost, regions[1].isLost] };
    const known = { ...own.known, isTouched: false };
    const region: Region = { ...own, known, own: { write: begun, at: 'begun' } };
    return { ...place(state, at, region), versions: version, newestIsStore: isStore };
  });
}

function write(own: Region, { noSuspects }: VersionFaults): Region[] {
  if (own.own === undefined) return [];
  const { write: mine, at } = own.own;
  if (at === 'begun') return [{ ...own, cache: mine.isStore ? mine.version : 0, own: { write: mine, at: 'written' } }];
  if (at === 'written') {
    const { known } = own;
    const isOlder = known.version !== undefined && known.version > mine.version;
    const isSuspect = known.isTouched || isOlder;
    const isUnsure = known.version === undefined && known.isTouched;
    const noted = isOlder || isUnsure ? known : { ...known, version: mine.version, isStore: mine.isStore };
    const suspects = own.isSuspect || (isSuspect && !noSuspects);
    return [{ ...own, known: noted, isSuspect: suspects, own: { write: mine, at: 'noted' } }];
  }
  const { own: _done, ...rest } = own;
  return [{ ...rest, journal: [...own.journal, mine] }];
}

function apply(own: Region, other: Region, at: number, faults: VersionFaults): Region[] {
  const entry = other.journal[own.cursor];
  if (entry === undefined) return [];
  const { applying, ...rest } = own;
  if (applying === undefined) return [judge(own, entry, entry.isAfterLoss[at as 0 | 1], faults)];
  const dead: Region = rest;
  const goOn = (cache: number, to: 'carried out' | 'overtaken' | 'done'): Region => ({
    ...own,
    cache,
    applying: { ...applying, at: to },
  });
  if (applying.at === 'judged') return [dead, goOn(carryOut(own.cache, entry, applying.verdict), 'carried out')];
  if (applying.at === 'overtaken') return [dead, goOn(0, 'done')];
  if (applying.at === 'done') return [dead, { ...rest, cursor: own.cursor + 1, isAgain: false }];
  if (applying.verdict !== 'apply' || !entry.isStore || faults.noConfirm) return [dead, goOn(own.cache, 'done')];
  const isNewest = own.known.version === entry.version && own.known.isStore;
  const touched = { ...own.known, isTouched: own.known.isTouched || isNewest };
  return [dead, { ...goOn(own.cache, isNewest ? 'done' : 'overtaken'), known: touched }];
}

function carryOut(cache: number, { version, isStore }: Write, verdict: Verdict): number {
  if (verdict === 'keep') return cache;
  return verdict === 'apply' && isStore ? version : 0;
}

function judge(own: Region, entry: Write, isAfterLoss: boolean, faults: VersionFaults): Region {
  const { known, isAgain } = own;
  const taken: Known = { version: entry.version, isStore: entry.isStore, isTouched: true };
  const isForgotten = faults.noTombstones && !entry.isStore;
  const begun = (verdict: Verdict, left: Known): Region => ({
    ...own,
    known: left,
    isAgain: true,
    applying: { verdict, at: 'judged' },
  });
  const older: Verdict = isAgain && !faults.noAgain ? 'delete' : 'keep';
  if (known.version === undefined) {
    if (isAfterLoss) return begun('apply', taken);
    return begun('delete', faults.learnsFromUnknown ? taken : known);
  }
  if (known.version > entry.version) return begun(older, known);
  // Of one row only its own write has this version: it was judged before, and the process died.
  if (known.version === entry.version) return begun(isAgain ? 'apply' : 'keep', taken);
  return begun('apply', isForgotten ? known : taken);
}

function mend(own: Region, { losses }: VersionBounds): Region[] {
  const next: Region[] = own.isSuspect ? [{ ...own, cache: 0, isSuspect: false }] : [];
  if (losses && !own.isLost) next.push({ ...own, isLost: true, known: { isStore: false, isTouched: true } });
  return next;
}

/** Whether nothing is under way any more. */
export function isAtRest({ regions: [one, two] }: VersionState): boolean {
  return (
    [one, two].every((region) => region.own === undefined && region.applying === undefined && !region.isSuspect) &&
    one.cursor === two.journal.length &&
    two.cursor === one.journal.length
  );
}
