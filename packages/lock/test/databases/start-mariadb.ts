import { userInfo } from 'node:os';

import { type Connection, createConnection } from 'mysql2/promise';

import { type DatabaseServer, findProgram, startDatabase } from './start-database.ts';

const server = findProgram('mariadbd', '/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd');
const installer = findProgram('mariadb-install-db', 'mysql_install_db', '/usr/bin/mariadb-install-db');

/** Whether MariaDB is installed here: on the PATH, or where Debian puts it. */
export const hasMariadb: boolean = server !== undefined && installer !== undefined;

/** A running MariaDB. */
export interface Mariadb extends DatabaseServer {
  connect(): Promise<Connection>;
}

/** Starts a MariaDB with its defaults, except that it has no network. */
export async function startMariadb(): Promise<Mariadb> {
  const { uid } = userInfo();
  // As root it runs only where it is told to.
  const user = uid === 0 ? ['--user=root'] : [];
  const database = await startDatabase({
    name: 'mariadb',
    account: {},
    stopSignal: 'SIGKILL',
    init: (dir) => [
      installer!,
      '--no-defaults',
      `--datadir=${dir}/data`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...user,
    ],
    serve: (dir) => [
      server!,
      '--no-defaults',
      `--datadir=${dir}/data`,
      `--socket=${dir}/socket`,
      `--pid-file=${dir}/pid`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=0',
      ...user,
    ],
    ask: async (dir) => (await connect(dir, 'mysql')).end(),
  });
  const first = await connect(database.dir, 'mysql');
  await first.query('CREATE DATABASE lockstep CHARACTER SET utf8mb4');
  await first.end();
  return { ...database, connect: () => connect(database.dir, 'lockstep') };

  function connect(dir: string, name: string): Promise<Connection> {
    return createConnection({ socketPath: `${dir}/socket`, user: 'root', database: name });
  }
}
