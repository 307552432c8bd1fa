/** Which SQL is written: PostgreSQL 9.5 or later, MySQL 5.7 or later and MariaDB 10.2 or later, SQLite 3.24 or later. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite';

/** What a column can be given; it goes to your driver as it is. */
export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array;

/** A statement and its parameters: `$1` and so on for PostgreSQL, else `?`. */
export interface SqlStatement {
  readonly sql: string;
  /** An array of its own for each statement, since drivers ask for one that can be written. */
  readonly params: SqlValue[];
}
