import { createPool, type Pool, type PoolConnection } from 'mysql2';

import { connectTimeoutMs, type Database, type DatabaseOptions } from './database.ts';
import { collectRows } from './collect-rows.ts';
import type { Row } from './row-budget.ts';
import { takeConnection } from './take-connection.ts';

/** A MySQL or MariaDB, read by sessions that cannot write and whose queries the server ends after their time. */
export function createMysqlDatabase(options: DatabaseOptions): Database {
  const { address, password, tls, maxConnections, timeoutMs } = options;
  const { host, port, user, database } = address;
  const pool = createPool({
    ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ...(tls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true } } : {}),
    connectionLimit: maxConnections,
    connectTimeout: connectTimeoutMs,
    charset: 'utf8mb4',
    // Times stay as the server writes them; integers of 64 bits are numbers where that loses nothing.
    dateStrings: true,
    supportBigNumbers: true,
  });
  const prepared = new WeakSet<object>();
  return {
    async read(text, values, budget, signal) {
      const connection = await takeConnection(connect(pool), signal, (late) => late.release());
      let isClean = false;
      let hearFailure = (_error: unknown): void => undefined;
      const onError = (error: unknown): void => hearFailure(error);
      // A query without a callback does not hear that its connection broke.
      connection.on('error', onError);
      try {
        if (!prepared.has(connection)) await prepare(connection, timeoutMs);
        prepared.add(connection);
        await collectRows(budget, signal, (listener) => {
          hearFailure = listener.fail;
          // Not `query`: that would write the values into the text.
          const query = connection.execute(text, [...values]);
          query.on('result', (row: unknown) => listener.row(row as Row));
          query.on('error', listener.fail);
          query.on('end', listener.end);
        });
        isClean = true;
      } finally {
        connection.off('error', onError);
        // One that may still be in the middle of an answer is not used again.
        if (isClean) connection.release();
        else connection.destroy();
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve, reject) => pool.end((error) => (error == null ? resolve() : reject(error)))),
  };
}

function connect(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) =>
    pool.getConnection((error, connection) => (error === null ? resolve(connection) : reject(error))),
  );
}

/** Once for each connection. The two kinds of server call the bound on a query's time differently. */
async function prepare(connection: PoolConnection, timeoutMs: number): Promise<void> {
  const [{ version }] = (await ask(connection, 'SELECT VERSION() AS version')) as [{ version: string }];
  const bound = /mariadb/i.test(version)
    ? `SET SESSION max_statement_time = ${timeoutMs / 1000}`
    : `SET SESSION max_execution_time = ${timeoutMs}`;
  await ask(connection, bound);
  await ask(connection, 'SET SESSION TRANSACTION READ ONLY');
}

function ask(connection: PoolConnection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    connection.query(sql, (error, rows) => (error === null ? resolve(rows) : reject(error))),
  );
}
