import { fencedUpsert } from './fenced-upsert.ts';
import type { FencedWrite } from './fenced-write.ts';
import type { SqlDialect, SqlStatement } from './sql-statement.ts';
import { checkDialect, sqlText } from './sql-text.ts';

/** Where the fences of resources without a column of their own are. */
export interface FenceTableOptions {
  readonly dialect: SqlDialect;
  /** @default 'fence' */
  readonly table?: string;
}

/** Which fence to raise. */
export interface RaiseFenceOptions extends FenceTableOptions {
  /** What the transaction writes, by a name of your choice of at most 255 characters. */
  readonly resource: string;
  readonly token: number;
}

/** The text of a resource's name tells apart what differs, also where a database compares text without its case. */
const RESOURCE_TYPE = {
  postgres: 'VARCHAR(255)',
  mysql: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  sqlite: 'TEXT',
} as const;

/**
 * Makes the table of fences, one row per resource. In MySQL its engine is InnoDB, which locks the row until the end of
 * the transaction.
 */
export function createFenceTable({ dialect, table = 'fence' }: FenceTableOptions): SqlStatement {
  checkDialect(dialect);
  const text = sqlText(dialect);
  const columns = `resource ${RESOURCE_TYPE[dialect]} NOT NULL PRIMARY KEY, token BIGINT NOT NULL`;
  const engine = dialect === 'mysql' ? ' ENGINE = InnoDB' : '';
  return text.statement(`CREATE TABLE IF NOT EXISTS ${text.name(table)} (${columns})${engine}`);
}

/** Which table gets a column for the fence. */
export interface FenceColumnOptions {
  readonly dialect: SqlDialect;
  readonly table: string;
  /** @default 'fence' */
  readonly fenceColumn?: string;
}

/** Gives a table its column for the fence, as `fencedUpdate` and `fencedUpsert` need it. */
export function addFenceColumn({ dialect, table, fenceColumn = 'fence' }: FenceColumnOptions): SqlStatement {
  checkDialect(dialect);
  const text = sqlText(dialect);
  return text.statement(
    `ALTER TABLE ${text.name(table)} ADD COLUMN ${text.name(fenceColumn)} BIGINT NOT NULL DEFAULT 0`,
  );
}

/**
 * Raises the fence of a resource, as the first statement of the transaction that writes it. It keeps the row locked
 * until the commit, so that transactions on one resource go one after the other, and each sees the tokens of those
 * before it. For a DELETE too: a row that is gone has no fence of its own.
 *
 * @throws TypeError for a token or a dialect that is none. RangeError for a resource without a name or with a long one.
 */
export function raiseFence({ dialect, table = 'fence', resource, token }: RaiseFenceOptions): FencedWrite {
  if (resource === '' || resource.length > 255) throw new RangeError('a resource has a name of 1 to 255 characters');
  const write = fencedUpsert({ dialect, table, key: { resource }, set: {}, token, fenceColumn: 'token' });
  return { ...write, resource };
}
