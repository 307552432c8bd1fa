import { checkFencedRow, checkStatement, type FencedRow, type FencedWrite } from './fenced-write.ts';
import { type SqlText, sqlText } from './sql-text.ts';

/**
 * Inserts the row, or updates it where its fence has seen no newer token; for a table with a column for the fence.
 *
 * Safe beside other writers at the default isolation level for the same reason as `fencedUpdate`; two writers that
 * insert the same row at once meet at the unique key, and the second one decides on what the first one committed.
 *
 * @throws TypeError for a row that makes no sense.
 */
export function fencedUpsert(row: FencedRow): FencedWrite {
  checkFencedRow(row);
  const { dialect, table, key, set, token, fenceColumn = 'fence' } = row;
  const text = sqlText(dialect);
  const columns = { ...key, ...set, [fenceColumn]: token };
  const names = Object.keys(columns).map((name) => text.name(name));
  const values = Object.values(columns).map((value) => text.value(value));
  const insert = `INSERT INTO ${text.name(table)} (${names.join(', ')}) VALUES (${values.join(', ')})`;
  const write = dialect === 'mysql' ? onDuplicateKey(text, row) : onConflict(text, row);
  return {
    kind: 'upsert',
    dialect,
    write: text.statement(`${insert} ${write}`),
    check: checkStatement(row),
    token,
    resource: table,
  };
}

function onConflict(text: SqlText, { table, key, set, fenceColumn = 'fence' }: FencedRow): string {
  const target = Object.keys(key).map((name) => text.name(name));
  const sets = [...Object.keys(set), fenceColumn].map((name) => `${text.name(name)} = excluded.${text.name(name)}`);
  // Without the schema: that is what the row is called here.
  const fence = `${text.name(table.slice(table.lastIndexOf('.') + 1))}.${text.name(fenceColumn)}`;
  const where = `${fence} <= excluded.${text.name(fenceColumn)}`;
  return `ON CONFLICT (${target.join(', ')}) DO UPDATE SET ${sets.join(', ')} WHERE ${where}`;
}

/** MySQL assigns from left to right: the fence comes last, so that the others compare with the old one. */
function onDuplicateKey(text: SqlText, { set, fenceColumn = 'fence' }: FencedRow): string {
  const fence = text.name(fenceColumn);
  const sets = Object.keys(set).map((column) => {
    const name = text.name(column);
    return `${name} = IF(${fence} <= VALUES(${fence}), VALUES(${name}), ${name})`;
  });
  return `ON DUPLICATE KEY UPDATE ${[...sets, `${fence} = GREATEST(${fence}, VALUES(${fence}))`].join(', ')}`;
}
