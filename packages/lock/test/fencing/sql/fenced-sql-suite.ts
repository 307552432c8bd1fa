import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addFenceColumn,
  applyFenced,
  createFenceTable,
  fencedUpdate,
  fencedUpsert,
  raiseFence,
} from '../../../src/index.ts';
import type { SqlConnection, SqlDatabase } from '../../databases/sql-database.ts';

const OLD = 1_790_000_000_000_001;
const NEW = 1_790_000_000_000_002;
const stale = { code: 'ERR_LOCK_STALE_TOKEN', token: OLD };

/** What every recipe promises on one connection. */
export function describeFencedSql(open: () => Promise<SqlDatabase>): void {
  describe('on one connection', () => {
    let database: SqlDatabase;
    let db: SqlConnection;
    beforeAll(async () => {
      database = await open();
      db = await database.connect();
      await db.text('CREATE TABLE account (id VARCHAR(50) NOT NULL PRIMARY KEY, owner VARCHAR(50), cents INTEGER)');
      await applyDdl(addFenceColumn({ dialect: database.dialect, table: 'account' }));
      await applyDdl(createFenceTable({ dialect: database.dialect }));
      await applyDdl(createFenceTable({ dialect: database.dialect }));
    }, 120_000);
    afterAll(async () => {
      await db?.close();
      await database?.[Symbol.asyncDispose]();
    });
    const applyDdl = async (ddl: ReturnType<typeof createFenceTable>): Promise<unknown> => db.run(ddl);
    const row = (id: string, token: number, set: Record<string, string | number | null>) =>
      ({ dialect: database.dialect, table: 'account', key: { id }, set, token }) as const;
    const read = (id: string): Promise<unknown> => db.select(`SELECT owner, cents FROM account WHERE id = '${id}'`);

    it('updates under the newest token and again under the same, and refuses an older one', async () => {
      await db.text(`INSERT INTO account (id, owner, cents) VALUES ('u', 'ada', 1)`);
      expect(await applyFenced(fencedUpdate(row('u', NEW, { owner: null, cents: 2 })), db.run)).toBe('written');
      expect(await applyFenced(fencedUpdate(row('u', NEW, { owner: null, cents: 2 })), db.run)).toBe('written');
      await expect(applyFenced(fencedUpdate(row('u', OLD, { cents: 3 })), db.run)).rejects.toMatchObject(stale);
      expect(await read('u')).toEqual([{ owner: null, cents: 2 }]);
    });

    it('says when there is no row to update', async () => {
      expect(await applyFenced(fencedUpdate(row('none', NEW, { cents: 1 })), db.run)).toBe('missing');
    });

    it('inserts or updates under the newest token, and refuses an older one', async () => {
      expect(await applyFenced(fencedUpsert(row('i', OLD, { owner: 'bob', cents: 1 })), db.run)).toBe('written');
      expect(await applyFenced(fencedUpsert(row('i', NEW, { owner: 'eve', cents: 2 })), db.run)).toBe('written');
      expect(await applyFenced(fencedUpsert(row('i', NEW, { owner: 'eve', cents: 2 })), db.run)).toBe('written');
      await expect(applyFenced(fencedUpsert(row('i', OLD, { owner: 'bob' })), db.run)).rejects.toMatchObject(stale);
      expect(await read('i')).toEqual([{ owner: 'eve', cents: 2 }]);
    });

    it('raises the fence of a resource that has no column for it, by its exact name', async () => {
      const raise = (resource: string, token: number): Promise<string> =>
        applyFenced(raiseFence({ dialect: database.dialect, resource, token }), db.run);
      expect(await raise('report', OLD)).toBe('written');
      expect(await raise('report', NEW)).toBe('written');
      await expect(raise('report', OLD)).rejects.toMatchObject({ ...stale, key: 'report' });
      expect(await raise('Report', OLD)).toBe('written');
    });

    it('takes any name for a table and its columns', async () => {
      const quote = (name: string): string => (database.dialect === 'mysql' ? `\`${name}\`` : `"${name}"`);
      await db.text(
        `CREATE TABLE ${quote('odd name')} (${quote('key')} INTEGER NOT NULL PRIMARY KEY, ${quote('my;value')} INTEGER)`,
      );
      await applyDdl(addFenceColumn({ dialect: database.dialect, table: 'odd name', fenceColumn: 'Newest Token' }));
      const odd = (token: number) =>
        ({
          ...row('', token, { 'my;value': 1 }),
          table: 'odd name',
          key: { key: 5 },
          fenceColumn: 'Newest Token',
        }) as const;
      expect(await applyFenced(fencedUpsert(odd(NEW)), db.run)).toBe('written');
      await expect(applyFenced(fencedUpsert(odd(OLD)), db.run)).rejects.toMatchObject(stale);
      expect(await applyFenced(fencedUpdate(odd(NEW)), db.run)).toBe('written');
      await expect(applyFenced(fencedUpdate(odd(OLD)), db.run)).rejects.toMatchObject(stale);
    });

    it('admits a token if and only if none was greater before', async () => {
      let runs = 0;
      const write = fc.record({ token: fc.integer({ min: 1, max: 9 }), isUpsert: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
          const id = `p${(runs += 1)}`;
          let newest = 0;
          let last = 0;
          for (const [cents, { token, isUpsert }] of writes.entries()) {
            const recipe = (isUpsert ? fencedUpsert : fencedUpdate)(row(id, token, { cents }));
            const outcome = await applyFenced(recipe, db.run).catch((error: { code: string }) => error.code);
            const isThere = newest > 0;
            const expected = token < newest ? 'ERR_LOCK_STALE_TOKEN' : isUpsert || isThere ? 'written' : 'missing';
            expect(outcome).toBe(expected);
            if (expected === 'written') [newest, last] = [token, cents];
            expect(await read(id)).toEqual(newest === 0 ? [] : [{ owner: null, cents: last }]);
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}
