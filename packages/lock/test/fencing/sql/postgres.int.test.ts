import { describe } from 'vitest';

import { openPostgres } from '../../databases/sql-database.ts';
import { hasPostgres } from '../../databases/start-postgres.ts';
import { describeConcurrentSql } from './concurrent-sql-suite.ts';
import { describeFencedSql } from './fenced-sql-suite.ts';

describe.skipIf(!hasPostgres)('fencing in PostgreSQL (skipped where it is not installed)', () => {
  describeFencedSql(openPostgres);
  describeConcurrentSql(openPostgres);
});
