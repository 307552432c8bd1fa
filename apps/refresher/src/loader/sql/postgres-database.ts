import { Pool, Query, types } from 'pg';

import { connectTimeoutMs, type Database, type DatabaseOptions } from './database.ts';
import { collectRows } from './collect-rows.ts';
import type { Row } from './row-budget.ts';
import { takeConnection } from './take-connection.ts';

type TypeId = Parameters<typeof types.getTypeParser>[0];

const asText = (text: string): string => text;
/** Integers of 64 bits are numbers where that loses nothing; times stay as the server writes them; bytes are base64. */
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [20, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)],
  [1082, asText],
  [1114, asText],
  [1184, asText],
  [1186, asText],
]);

/** A PostgreSQL, read by transactions that cannot write and that the server ends after their time. */
export function createPostgresDatabase(options: DatabaseOptions): Database {
  const { address, password, tls, maxConnections, timeoutMs } = options;
  const { host, port, user, database } = address;
  const pool = new Pool({
    host,
    port,
    user,
    database,
    // A function keeps the driver from looking for one in the environment.
    password: () => password ?? '',
    ssl: tls ? { rejectUnauthorized: true } : false,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: 'lockstep-refresher',
    statement_timeout: timeoutMs,
    options: '-c default_transaction_read_only=on',
    types: {
      getTypeParser: (oid: TypeId) => parsers.get(oid) ?? types.getTypeParser(oid),
    },
  });
  // An idle connection that breaks is replaced; the next query says what is wrong.
  pool.on('error', () => undefined);
  // So does the query of one that breaks while it is in use: the pool does not listen to that one.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return {
    async read(text, values, budget, signal) {
      const client = await takeConnection(pool.connect(), signal, (late) => late.release());
      let isClean = false;
      try {
        await collectRows(budget, signal, (listener) => {
          const query = new Query<Row>({ text, values: [...values] });
          query.on('row', listener.row);
          query.on('error', listener.fail);
          query.on('end', listener.end);
          client.query(query);
        });
        isClean = true;
      } finally {
        // One that may still be in the middle of an answer is not used again.
        client.release(!isClean);
      }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
