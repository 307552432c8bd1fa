import { Client } from 'pg';

import { accountFor, type DatabaseServer, findProgram, startDatabase } from './start-database.ts';

const FOLDERS = ['17', '16', '15', '14', '13'].map((version) => `/usr/lib/postgresql/${version}/bin`);

/** Whether PostgreSQL is installed here: on the PATH, or where Debian puts it. */
export const hasPostgres: boolean = find('initdb') !== undefined && find('postgres') !== undefined;

/** A running PostgreSQL. */
export interface Postgres extends DatabaseServer {
  connect(): Promise<Client>;
}

/** Starts a PostgreSQL with its defaults, except that it need not survive a power failure. */
export async function startPostgres(): Promise<Postgres> {
  const server = await startDatabase({
    name: 'postgres',
    account: await accountFor('postgres', 'nobody'),
    // Killed, it would leave shared memory behind.
    stopSignal: 'SIGQUIT',
    init: (dir) => [find('initdb')!, '-D', `${dir}/data`, '-U', 'lockstep', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    serve: (dir) => [find('postgres')!, '-D', `${dir}/data`, '-k', dir, '-c', 'listen_addresses=', '-F'],
    ask: async (dir) => (await connect(dir)).end(),
  });
  return { ...server, connect: () => connect(server.dir) };
}

async function connect(dir: string): Promise<Client> {
  const client = new Client({ host: dir, user: 'lockstep', database: 'postgres' });
  await client.connect();
  return client;
}

function find(program: string): string | undefined {
  return findProgram(program, ...FOLDERS.map((folder) => `${folder}/${program}`));
}
