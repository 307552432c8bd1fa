import { staleTokenError } from '../stale-token-error.ts';
import type { FencedWrite } from './fenced-write.ts';
import type { SqlStatement } from './sql-statement.ts';

/** What your driver says of one statement. */
export interface SqlOutcome {
  /** How many rows it inserted, updated or, in MySQL, found. */
  readonly changedRows: number;
  /** What it selected. */
  readonly rows: readonly object[];
}

/** Runs one statement on your connection, inside your transaction where you have one. */
export type RunSql = (statement: SqlStatement) => Promise<SqlOutcome> | SqlOutcome;

/**
 * Runs a guarded write. Resolves with `written`, or `missing` when there is no such row to update.
 *
 * @throws LockError `ERR_LOCK_STALE_TOKEN` when the row has seen a newer token: nothing was written, roll back what else
 *   the transaction did. What `run` throws is passed on.
 */
export async function applyFenced(fencedWrite: FencedWrite, run: RunSql): Promise<'written' | 'missing'> {
  const { kind, dialect, write, check, token, resource } = fencedWrite;
  const { changedRows } = await run(write);
  // MySQL says 2 for a row that an upsert updated; 1 can be a row that it inserted, or one that it found and left alone.
  if (changedRows >= (dialect === 'mysql' && kind === 'upsert' ? 2 : 1)) return 'written';
  const [row] = (await run(check)).rows as readonly { readonly fence?: unknown }[];
  // PostgreSQL's driver returns integers of 64 bits as text.
  const known = row === undefined ? undefined : Number(row.fence);
  // A row that MySQL found as it should become counts as unchanged, depending on the driver.
  if (known === token && dialect === 'mysql') return 'written';
  if (kind === 'update' && (known === undefined || known <= token)) return 'missing';
  throw staleTokenError(resource, token, known);
}
