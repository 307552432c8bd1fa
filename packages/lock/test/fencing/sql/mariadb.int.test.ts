import { describe } from 'vitest';

import { openMariadb } from '../../databases/sql-database.ts';
import { hasMariadb } from '../../databases/start-mariadb.ts';
import { describeConcurrentSql } from './concurrent-sql-suite.ts';
import { describeFencedSql } from './fenced-sql-suite.ts';

describe.skipIf(!hasMariadb)('fencing in MariaDB (skipped where it is not installed)', () => {
  describeFencedSql(openMariadb);
  describeConcurrentSql(openMariadb);
});
