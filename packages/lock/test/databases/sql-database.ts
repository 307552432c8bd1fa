import initSqlJs from 'sql.js';

import type { RunSql, SqlDialect, SqlStatement } from '../../src/index.ts';
import { startMariadb } from './start-mariadb.ts';
import { startPostgres } from './start-postgres.ts';

/** One connection to a database under test. */
export interface SqlConnection {
  readonly run: RunSql;
  /** Runs a text without parameters. */
  text(sql: string): Promise<void>;
  select(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A database under test. */
export interface SqlDatabase extends AsyncDisposable {
  readonly dialect: SqlDialect;
  connect(): Promise<SqlConnection>;
}

/** A PostgreSQL of its own. */
export async function openPostgres(): Promise<SqlDatabase> {
  const server = await startPostgres();
  return {
    dialect: 'postgres',
    async connect() {
      const client = await server.connect();
      return connection(
        async ({ sql, params }) => {
          const { rowCount, rows } = await client.query(sql, params);
          return { changedRows: rowCount ?? 0, rows };
        },
        () => client.end(),
      );
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A MariaDB of its own. */
export async function openMariadb(): Promise<SqlDatabase> {
  const server = await startMariadb();
  return {
    dialect: 'mysql',
    async connect() {
      const client = await server.connect();
      return connection(
        async ({ sql, params }) => {
          const [result] = await client.query(sql, params);
          return Array.isArray(result)
            ? { changedRows: 0, rows: result }
            : { changedRows: result.affectedRows, rows: [] };
        },
        () => client.end(),
      );
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A SQLite in memory; every connection is the same, since it has one writer at a time in any case. */
export async function openSqlite(): Promise<SqlDatabase> {
  const { Database } = await initSqlJs();
  const database = new Database();
  const run = ({ sql, params }: SqlStatement): { changedRows: number; rows: Record<string, unknown>[] } => {
    const [result] = database.exec(sql, params);
    const { columns = [], values = [] } = result ?? {};
    const rows = values.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    return { changedRows: database.getRowsModified(), rows };
  };
  return {
    dialect: 'sqlite',
    connect: async () => connection(run, async () => undefined),
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

function connection(run: RunSql, close: () => Promise<void>): SqlConnection {
  return {
    run,
    close,
    async text(sql) {
      await run({ sql, params: [] });
    },
    async select(sql) {
      return (await run({ sql, params: [] })).rows as Record<string, unknown>[];
    },
  };
}
