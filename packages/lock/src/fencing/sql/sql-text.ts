import type { SqlDialect, SqlStatement, SqlValue } from './sql-statement.ts';

/** Collects the parameters of one statement while its text is written. */
export interface SqlText {
  /** A name, quoted; `a.b` is `b` in the schema `a`. */
  name(name: string): string;
  /** The placeholder of a further parameter. */
  value(value: SqlValue): string;
  statement(sql: string): SqlStatement;
}

/** Begins a statement. */
export function sqlText(dialect: SqlDialect): SqlText {
  const params: SqlValue[] = [];
  return {
    name: (name) =>
      name
        .split('.')
        .map((part) => quote(dialect, part))
        .join('.'),
    value(value) {
      params.push(value);
      return dialect === 'postgres' ? `$${params.length}` : '?';
    },
    statement: (sql) => ({ sql, params }),
  };
}

/** @throws TypeError for what is not one of the dialects. */
export function checkDialect(dialect: SqlDialect): void {
  if (['postgres', 'mysql', 'sqlite'].includes(dialect)) return;
  throw new TypeError(`the dialect is postgres, mysql or sqlite, got ${dialect as string}`);
}

function quote(dialect: SqlDialect, name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError('a name in SQL must not be empty or hold a zero byte');
  return dialect === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
}
