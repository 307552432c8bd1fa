import { checkFencedRow, checkStatement, type FencedRow, type FencedWrite } from './fenced-write.ts';
import { sqlText } from './sql-text.ts';

/**
 * `UPDATE … SET …, fence = token WHERE key AND fence <= token`, for a table with a column for the fence.
 *
 * It is safe beside other writers at the default isolation level, without a transaction of its own. An UPDATE locks the
 * row and, when it had to wait for another writer, decides on the row as that one committed it: PostgreSQL looks at the
 * condition again (READ COMMITTED), InnoDB reads the newest version for a write (REPEATABLE READ), SQLite has one writer
 * at a time. At a stricter level the database fails the statement instead; it never writes on an old view.
 *
 * @throws TypeError for a row that makes no sense.
 */
export function fencedUpdate(row: FencedRow): FencedWrite {
  checkFencedRow(row);
  const { dialect, table, key, set, token, fenceColumn = 'fence' } = row;
  const text = sqlText(dialect);
  const fence = text.name(fenceColumn);
  const assign = ([name, value]: [string, FencedRow['set'][string]]): string =>
    `${text.name(name)} = ${text.value(value)}`;
  const sets = [...Object.entries(set), [fenceColumn, token] as [string, number]].map(assign).join(', ');
  const where = Object.entries(key).map(assign).join(' AND ');
  return {
    kind: 'update',
    dialect,
    write: text.statement(`UPDATE ${text.name(table)} SET ${sets} WHERE ${where} AND ${fence} <= ${text.value(token)}`),
    check: checkStatement(row),
    token,
    resource: table,
  };
}
