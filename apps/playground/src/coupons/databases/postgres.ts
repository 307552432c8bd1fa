import { readdirSync } from 'node:fs';

import { slowMs } from '../coupon.ts';
import { selectRows } from '../coupon-statements.ts';
import { accountFor } from './account.ts';
import { findProgram } from './find-program.ts';
import type { ServerKind } from './server-database.ts';

const debianFolder = '/usr/lib/postgresql';

/** PostgreSQL, where it is installed: on the PATH, or where Debian puts it. */
export function findPostgres(): ServerKind | undefined {
  const folders = versionsIn(debianFolder).map((version) => `${debianFolder}/${version}/bin`);
  const [initdb, server, client] = ['initdb', 'postgres', 'psql'].map((name) =>
    findProgram(name, ...folders.map((folder) => `${folder}/${name}`)),
  );
  const account = accountFor('postgres', 'nobody');
  if (initdb === undefined || server === undefined || client === undefined || account === undefined) return undefined;
  return {
    title: 'PostgreSQL',
    name: 'pg',
    account,
    // Killed, it would leave shared memory behind.
    stopSignal: 'SIGQUIT',
    load: (directory) => ({
      sql: {
        url: `postgres://reader@${encodeURIComponent(directory)}/postgres`,
        // In place, it would sleep for every row.
        query: `WITH nap AS MATERIALIZED (SELECT pg_sleep(${slowMs / 1000})) ${selectRows('nap')}`,
      },
    }),
    init: (directory) => [initdb, '-D', `${directory}/data`, '-U', 'shop', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    serve: (directory) => [server, '-D', `${directory}/data`, '-k', directory, '-c', 'listen_addresses=', '-F'],
    client: (directory) => [client, '-X', '-q', '-h', directory, '-U', 'shop', '-v', 'ON_ERROR_STOP=1', 'postgres'],
    setUp: 'CREATE ROLE reader LOGIN;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;\n',
    use: '',
  };
}

/** The newest first. */
function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}
