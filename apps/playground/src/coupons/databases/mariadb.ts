import { userInfo } from 'node:os';

import { slowMs } from '../coupon.ts';
import { selectRows } from '../coupon-statements.ts';
import { findProgram } from './find-program.ts';
import type { ServerKind } from './server-database.ts';

/** MariaDB, where it is installed: on the PATH, or where Debian puts it. */
export function findMariadb(): ServerKind | undefined {
  const server = findProgram('mariadbd', '/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd');
  const installer = findProgram('mariadb-install-db', '/usr/bin/mariadb-install-db');
  const client = findProgram('mariadb', '/usr/bin/mariadb');
  if (server === undefined || installer === undefined || client === undefined) return undefined;
  // As root it runs only where it is told to.
  const user = userInfo().uid === 0 ? ['--user=root'] : [];
  return {
    title: 'MariaDB',
    name: 'ma',
    account: {},
    stopSignal: 'SIGKILL',
    load: (directory) => ({
      sql: {
        url: `mariadb://reader@${encodeURIComponent(`${directory}/socket`)}/shop`,
        query: selectRows(`(SELECT SLEEP(${slowMs / 1000})) AS nap`),
      },
    }),
    init: (directory) => [
      installer,
      '--no-defaults',
      `--datadir=${directory}/data`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      ...user,
    ],
    serve: (directory) => [
      server,
      '--no-defaults',
      `--datadir=${directory}/data`,
      `--socket=${directory}/socket`,
      `--pid-file=${directory}/pid`,
      '--skip-networking',
      // What was committed outlives the process, and need not outlive the machine.
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-buffer-pool-size=16M',
      ...user,
    ],
    client: (directory) => [client, '--no-defaults', `--socket=${directory}/socket`, '--user=root', '--batch'],
    setUp:
      'CREATE DATABASE shop CHARACTER SET utf8mb4;\nCREATE USER reader@localhost;\n' +
      'GRANT SELECT ON shop.* TO reader@localhost;\n',
    use: 'USE shop;\n',
  };
}
