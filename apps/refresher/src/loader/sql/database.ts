import type { DatabaseAddress } from './database-address.ts';
import type { RowBudget } from './row-budget.ts';

/** How a database is read. */
export interface DatabaseOptions {
  readonly address: DatabaseAddress;
  readonly password: string | undefined;
  readonly tls: boolean;
  readonly maxConnections: number;
  /** Milliseconds that the server lets one query run. */
  readonly timeoutMs: number;
}

/** A database that is only read. */
export interface Database extends AsyncDisposable {
  /**
   * Runs a query with these parameters and gives its rows to the budget as they come.
   *
   * @throws what the driver says, what the budget throws, or the reason of the signal.
   */
  read(text: string, values: readonly string[], budget: RowBudget, signal: AbortSignal): Promise<void>;
}

/** Milliseconds that a connection may take to be made. */
export const connectTimeoutMs: number = 5000;
