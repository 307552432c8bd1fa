import { type AddressRange, parseAddressRange } from './address-range.ts';
import { createRangeSet, type RangeSet, type TimedRange } from './range-set.ts';

/** One entry of a list, as configurations, stores and the admin routes write it. */
export interface AddressEntry {
  /** An address or a CIDR range. */
  readonly range: string;
  /** When it ends: a date and time such as `2027-01-31T00:00:00Z`. @default never */
  readonly until?: string;
}

/** Entries that were checked, and the set that they make. */
export interface CompiledEntries {
  /** In the usual spelling, the last of each range. */
  readonly entries: readonly AddressEntry[];
  readonly set: RangeSet;
}

/** A list of more than this is refused. */
export const MAX_ENTRIES = 100_000;

/**
 * Checks entries and makes them ready to be asked.
 *
 * @param name what a message calls the list.
 * @throws TypeError or RangeError that names the list, the entry and what is wrong.
 */
export function compileEntries(name: string, inputs: readonly (string | AddressEntry)[]): CompiledEntries {
  if (inputs.length > MAX_ENTRIES) throw new RangeError(`${name} has more than ${MAX_ENTRIES} entries`);
  const byRange = new Map<string, { readonly entry: AddressEntry; readonly timed: TimedRange }>();
  for (const [index, input] of inputs.entries()) {
    const { entry, timed } = readEntry(`${name}[${index}]`, input);
    byRange.set(entry.range, { entry, timed });
  }
  const all = Array.from(byRange.values());
  return { entries: all.map(({ entry }) => entry), set: createRangeSet(all.map(({ timed }) => timed)) };
}

function readEntry(where: string, input: string | AddressEntry): { entry: AddressEntry; timed: TimedRange } {
  const { range: text, until } = typeof input === 'string' ? { range: input } : (input ?? {});
  if (typeof text !== 'string') throw new TypeError(`${where} must be a range, or an object with a range`);
  const range = readRange(where, text);
  if (until === undefined) return { entry: { range: range.text }, timed: { range, untilMs: Number.POSITIVE_INFINITY } };
  const untilMs = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(untilMs))
    throw new RangeError(`${where}.until must be a date and time, such as 2027-01-31T00:00:00Z`);
  return { entry: { range: range.text, until: new Date(untilMs).toISOString() }, timed: { range, untilMs } };
}

function readRange(where: string, text: string): AddressRange {
  try {
    return parseAddressRange(text);
  } catch (error) {
    throw new RangeError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
