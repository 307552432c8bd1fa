import { parseArgs } from 'node:util';

import { type DatabaseKind, databaseKinds } from './coupons/databases/coupon-database.ts';

/** What `npm start` was asked to do. */
export interface PlaygroundOptions {
  /** How many regions, each with a full set of roles. */
  readonly regions: number;
  /** The first port of the block; undefined: the default block, or the next free one. */
  readonly basePort: number | undefined;
  readonly verify: boolean;
  /** How long `--verify` drives load, in seconds. */
  readonly seconds: number;
  /** Makes the load and the kills of `--verify` repeatable. */
  readonly seed: number;
  /** Where the coupons live; undefined: the best that is installed. */
  readonly database: DatabaseKind | undefined;
}

/** A mistake on the command line; its message is all that the user needs. */
export class UsageError extends Error {}

export const usage = `Two regions of real Redis, memcached and every Lockstep role, on this machine.

  npm start                          run until Ctrl-C, with a live view
  npm start -- --verify              drive load, kill processes, compare every key, exit 0 or 1
    --seconds N                      how long to drive load (5 to 3600, default 20)
    --seed N                         repeat the kills, and what each client does (default: the clock)
  npm start -- --regions N           2 to 8 regions (default 2)
  npm start -- --database NAME       where the coupons live: postgres, mariadb, sqlite or file
                                     (default: the first of them that is installed)
  npm start -- --ports N             first port of the block to use (1024 to 65000)
`;

/**
 * Reads the command line.
 *
 * @returns undefined when the user asked for help.
 * @throws UsageError that names the option and what would be right.
 */
export function parseOptions(args: readonly string[]): PlaygroundOptions | undefined {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        verify: { type: 'boolean', default: false },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        regions: { type: 'string' },
        ports: { type: 'string' },
        database: { type: 'string' },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return undefined;
  if (!values.verify && (values.seconds !== undefined || values.seed !== undefined)) {
    throw new UsageError('--seconds and --seed belong to --verify; add it: npm start -- --verify');
  }
  const database = databaseKinds.find((kind) => kind === values.database);
  if (values.database !== undefined && database === undefined) {
    throw new UsageError(`--database takes one of ${databaseKinds.join(', ')}, got "${values.database}"`);
  }
  if (values.verify && database !== undefined) {
    throw new UsageError('--database does not go with --verify, which has no coupons');
  }
  return {
    verify: values.verify,
    database,
    regions: integer('--regions', values.regions, 2, 8) ?? 2,
    basePort: integer('--ports', values.ports, 1024, 65_000),
    seconds: integer('--seconds', values.seconds, 5, 3600) ?? 20,
    seed: integer('--seed', values.seed, 0, 0xffff_ffff) ?? Date.now() % 0xffff_ffff,
  };
}

function integer(option: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new UsageError(`${option} takes a whole number from ${low} to ${high}, got "${text}"`);
}
