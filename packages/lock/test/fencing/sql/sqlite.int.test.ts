import { describe } from 'vitest';

import { openSqlite } from '../../databases/sql-database.ts';
import { describeFencedSql } from './fenced-sql-suite.ts';

describe('fencing in SQLite', () => {
  describeFencedSql(openSqlite);
});
