import { describeError } from '@lockstep/core';
import type { RefreshSqlLoader } from '@lockstep/service-kit';

import { RefresherError } from '../../refresher-error.ts';
import type { Loader } from '../loader.ts';
import { assertNoId, valueOf } from '../source-request.ts';
import { bindQuery } from './bound-query.ts';
import { databaseAddressOf } from './database-address.ts';
import { createMysqlDatabase } from './mysql-database.ts';
import { createPostgresDatabase } from './postgres-database.ts';
import { RowBudget } from './row-budget.ts';

/** What a source in a database is loaded with. */
export interface SqlLoaderOptions extends Omit<RefreshSqlLoader, 'password'> {
  /** The password itself. */
  readonly password: string | undefined;
  /** The most bytes of values of an answer. */
  readonly maxBytes: number;
  /** Milliseconds that a query may take. */
  readonly timeoutMs: number;
}

/** Loads the rows of one query. Connections are made when they are needed. */
export function createSqlLoader(options: SqlLoaderOptions): Loader {
  const { url, password, query: text, tls = false, timeoutMs } = options;
  const { maxConnections = 2, maxRows = 100_000, maxBytes } = options;
  const address = databaseAddressOf(url);
  const create = address.dialect === 'mysql' ? createMysqlDatabase : createPostgresDatabase;
  const database = create({ address, password, tls, maxConnections, timeoutMs });
  const query = bindQuery(text, address.dialect);
  return {
    async load(request) {
      const { signal } = request;
      const values = query.names.map((name) => valueOf(name, request));
      if (values.length === 0) assertNoId(request);
      const budget = new RowBudget(maxRows, maxBytes);
      try {
        await database.read(query.text, values, budget, signal);
      } catch (error) {
        if (error instanceof RefresherError || signal.aborted) throw error;
        throw toDatabaseError(error);
      }
      return { data: budget.rows };
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Messages of databases quote what they were given, and with it ids; their codes do not. */
function toDatabaseError(error: unknown): RefresherError {
  const { code, errno, syscall } = error as { code?: unknown; errno?: unknown; syscall?: unknown };
  const isNetwork = typeof syscall === 'string' || code === 'PROTOCOL_CONNECTION_LOST';
  if (isNetwork) {
    const message = `the database cannot be reached: ${describeError(error)}`;
    return new RefresherError('ERR_REFRESHER_UNREACHABLE', message, { cause: error });
  }
  const name = typeof code === 'string' ? code : typeof errno === 'number' ? String(errno) : 'no code';
  return new RefresherError('ERR_REFRESHER_DATABASE', `the database refused the query: ${name}`);
}
