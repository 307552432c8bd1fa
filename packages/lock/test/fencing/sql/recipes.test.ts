import { describe, expect, it } from 'vitest';

import {
  addFenceColumn,
  applyFenced,
  createFenceTable,
  fencedUpdate,
  fencedUpsert,
  raiseFence,
  type SqlDialect,
} from '../../../src/index.ts';

const row = { table: 'shop.account', key: { id: 7 }, set: { cents: 5, note: null }, token: 9 } as const;

describe('the recipes for SQL', () => {
  it.each<[SqlDialect, string, (number | null)[]]>([
    [
      'postgres',
      'UPDATE "shop"."account" SET "cents" = $1, "note" = $2, "fence" = $3 WHERE "id" = $4 AND "fence" <= $5',
      [5, null, 9, 7, 9],
    ],
    [
      'sqlite',
      'UPDATE "shop"."account" SET "cents" = ?, "note" = ?, "fence" = ? WHERE "id" = ? AND "fence" <= ?',
      [5, null, 9, 7, 9],
    ],
    [
      'mysql',
      'UPDATE `shop`.`account` SET `cents` = ?, `note` = ?, `fence` = ? WHERE `id` = ? AND `fence` <= ?',
      [5, null, 9, 7, 9],
    ],
  ])('update in %s', (dialect, sql, params) => {
    expect(fencedUpdate({ ...row, dialect }).write).toEqual({ sql, params });
  });

  it('upsert in MySQL with the fence assigned last', () => {
    const { write, check } = fencedUpsert({ ...row, dialect: 'mysql' });
    const newer = '`fence` <= VALUES(`fence`)';
    expect(write.sql).toBe(
      'INSERT INTO `shop`.`account` (`id`, `cents`, `note`, `fence`) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE ' +
        `\`cents\` = IF(${newer}, VALUES(\`cents\`), \`cents\`), \`note\` = IF(${newer}, VALUES(\`note\`), \`note\`), ` +
        '`fence` = GREATEST(`fence`, VALUES(`fence`))',
    );
    expect(write.params).toEqual([7, 5, null, 9]);
    expect(check).toEqual({
      sql: 'SELECT `fence` AS fence FROM `shop`.`account` WHERE `id` = ? FOR UPDATE',
      params: [7],
    });
  });

  it('quote names so that they end nothing', () => {
    const [pg, mysql] = (['postgres', 'mysql'] as const).map(
      (dialect) => addFenceColumn({ dialect, table: 'a"b`c' }).sql,
    );
    expect(pg).toMatch(/^ALTER TABLE "a""b`c" ADD/u);
    expect(mysql).toMatch(/^ALTER TABLE `a"b``c` ADD/u);
    expect(() => createFenceTable({ dialect: 'sqlite', table: 'a\0' })).toThrow(
      'must not be empty or hold a zero byte',
    );
  });

  it('trust MySQL only where its count of rows cannot mislead', async () => {
    const outcome = async (
      kind: 'update' | 'upsert',
      changedRows: number,
      fence: number | undefined,
    ): Promise<string> => {
      const recipe = (kind === 'update' ? fencedUpdate : fencedUpsert)({ ...row, dialect: 'mysql' });
      const rows = fence === undefined ? [] : [{ fence: String(fence) }];
      return applyFenced(recipe, ({ sql }) =>
        sql.startsWith('SELECT') ? { changedRows: 0, rows } : { changedRows, rows: [] },
      ).catch((error: { code: string }) => error.code);
    };
    expect(await outcome('update', 1, undefined)).toBe('written');
    // A driver that counts changed rows says 0 of a row that was as it should become.
    expect(await outcome('update', 0, 9)).toBe('written');
    expect(await outcome('update', 0, 10)).toBe('ERR_LOCK_STALE_TOKEN');
    expect(await outcome('update', 0, undefined)).toBe('missing');
    expect(await outcome('upsert', 2, undefined)).toBe('written');
    // A driver that counts found rows says 1 of a row that it inserted, and of one that it left alone.
    expect(await outcome('upsert', 1, 9)).toBe('written');
    expect(await outcome('upsert', 1, 10)).toBe('ERR_LOCK_STALE_TOKEN');
    expect(await outcome('upsert', 0, 9)).toBe('written');
  });

  it('refuse a row that makes no sense', () => {
    const pg = { ...row, dialect: 'postgres' } as const;
    expect(() => fencedUpdate({ ...pg, key: {} })).toThrow('needs a key');
    expect(() => fencedUpdate({ ...pg, key: { id: null as never } })).toThrow('the key column "id" must have a value');
    expect(() => fencedUpdate({ ...pg, set: { cents: undefined as never } })).toThrow(
      '"cents" must have a value or null',
    );
    expect(() => fencedUpdate({ ...pg, set: { id: 8 } })).toThrow('"id" is in the key');
    expect(() => fencedUpsert({ ...pg, set: { fence: 8 } })).toThrow('the column "fence" is the fence');
    expect(() => fencedUpsert({ ...pg, token: 0 })).toThrow('a fencing token is a whole number');
    expect(() => fencedUpsert({ ...pg, dialect: 'oracle' as never })).toThrow('got oracle');
    expect(() => raiseFence({ dialect: 'sqlite', resource: '', token: 9 })).toThrow('1 to 255 characters');
  });
});
