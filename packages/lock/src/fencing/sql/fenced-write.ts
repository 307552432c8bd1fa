import { checkFencingToken } from '../fencing-token.ts';
import type { SqlDialect, SqlStatement, SqlValue } from './sql-statement.ts';
import { checkDialect, sqlText } from './sql-text.ts';

/** The row to write under a token. */
export interface FencedRow {
  readonly dialect: SqlDialect;
  readonly table: string;
  /** The columns that say which row: together a primary or unique key, and the only unique key that the write can meet. */
  readonly key: Readonly<Record<string, Exclude<SqlValue, null>>>;
  /** The columns to write. */
  readonly set: Readonly<Record<string, SqlValue>>;
  readonly token: number;
  /** The column of the fence: an integer of 64 bits, NOT NULL DEFAULT 0. @default 'fence' */
  readonly fenceColumn?: string;
}

/** A guarded write: what `applyFenced` runs. */
export interface FencedWrite {
  readonly kind: 'update' | 'upsert';
  readonly dialect: SqlDialect;
  readonly write: SqlStatement;
  /** Returns the fence of the row in a column `fence`, locked in MySQL. */
  readonly check: SqlStatement;
  readonly token: number;
  /** What an error names. */
  readonly resource: string;
}

/** @throws TypeError for a row that makes no sense. */
export function checkFencedRow({ dialect, table, key, set, token, fenceColumn = 'fence' }: FencedRow): void {
  checkDialect(dialect);
  checkFencingToken(token);
  const keys = Object.entries(key);
  if (keys.length === 0) throw new TypeError(`the row of "${table}" needs a key`);
  for (const [name, value] of keys) {
    if (value === null || value === undefined) throw new TypeError(`the key column "${name}" must have a value`);
  }
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined) throw new TypeError(`the column "${name}" must have a value or null`);
    if (Object.hasOwn(key, name)) throw new TypeError(`"${name}" is in the key and cannot be set`);
  }
  if (Object.hasOwn(set, fenceColumn) || Object.hasOwn(key, fenceColumn)) {
    throw new TypeError(`the column "${fenceColumn}" is the fence and set by the token`);
  }
}

/** Reads the fence of a row. MySQL reads what is committed now, and not what the transaction saw at its first read. */
export function checkStatement({ dialect, table, key, fenceColumn = 'fence' }: FencedRow): SqlStatement {
  const text = sqlText(dialect);
  const where = Object.entries(key).map(([name, value]) => `${text.name(name)} = ${text.value(value)}`);
  const lock = dialect === 'mysql' ? ' FOR UPDATE' : '';
  const from = `FROM ${text.name(table)} WHERE ${where.join(' AND ')}${lock}`;
  return text.statement(`SELECT ${text.name(fenceColumn)} AS fence ${from}`);
}
