import { UsageError } from '../../options.ts';
import type { CouponDatabase, DatabaseKind } from './coupon-database.ts';
import { createFileDatabase, createSqliteDatabase } from './file-database.ts';
import { findMariadb } from './mariadb.ts';
import { findPostgres } from './postgres.ts';
import { createServerDatabase, type ServerKind } from './server-database.ts';

/** Where a file may be kept, and whom to tell that a server ended. */
export interface OpenDatabaseOptions {
  readonly directory: string;
  readonly notify: (what: string) => void;
}

/**
 * The database of the coupons, not started yet.
 *
 * @param wanted @default the best that is installed
 * @throws UsageError when the wanted one is not installed.
 */
export function openDatabase(
  wanted: DatabaseKind | undefined,
  { directory, notify }: OpenDatabaseOptions,
): CouponDatabase {
  const server = (kind: ServerKind | undefined): CouponDatabase | undefined =>
    kind === undefined ? undefined : createServerDatabase(kind, notify);
  const open: Readonly<Record<DatabaseKind, () => CouponDatabase | undefined>> = {
    postgres: () => server(findPostgres()),
    mariadb: () => server(findMariadb()),
    sqlite: () => createSqliteDatabase(directory),
    file: () => createFileDatabase(directory),
  };
  if (wanted === undefined) return open.postgres() ?? open.mariadb() ?? open.sqlite() ?? createFileDatabase(directory);
  const database = open[wanted]();
  if (database === undefined) throw new UsageError(`--database ${wanted}: it is not installed here`);
  return database;
}
