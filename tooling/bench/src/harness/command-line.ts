import { parseArgs } from 'node:util';

/** What was asked for. */
export interface BenchRequest {
  /** The benches to run; empty for all. */
  readonly names: readonly string[];
  /** Of their cases, those whose names contain one of these; empty for all. */
  readonly cases: readonly string[];
  readonly quick: boolean;
  readonly list: boolean;
  /** Where the results go as JSON, besides the table on stdout. */
  readonly jsonFile?: string;
}

/** A mistake on the command line; the message says what would be right. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The end of the name of a bench that runs under faults what the bench without it measures. */
const FAULTS = '-faults';

const usage = 'usage: pnpm bench [NAME…] [--case TEXT]… [--quick] [--json FILE] [--list]';

/**
 * Reads the command line.
 *
 * @throws UsageError for an unknown option, or a name that is not among `known`.
 */
export function parseCommandLine(args: readonly string[], known: readonly string[]): BenchRequest {
  const { values, positionals } = parse(args);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`there is no bench ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  }
  return {
    names: positionals,
    cases: values.case ?? [],
    quick: values.quick === true,
    list: values.list === true,
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
  };
}

/** The benches that were asked for, in the order of `known`: with a bench goes the one of its faults. */
export function wantedBenches(names: readonly string[], known: readonly string[]): readonly string[] {
  if (names.length === 0) return known;
  return known.filter(
    (name) => names.includes(name) || (name.endsWith(FAULTS) && names.includes(name.slice(0, -FAULTS.length))),
  );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm bench -- --quick` hands on the dashes.
      args: args.filter((arg, index) => !(index === 0 && arg === '--')),
      allowPositionals: true,
      options: {
        case: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        list: { type: 'boolean' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}
