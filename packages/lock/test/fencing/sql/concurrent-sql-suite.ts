import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addFenceColumn,
  applyFenced,
  createFenceTable,
  fencedUpdate,
  fencedUpsert,
  type FencedWrite,
  raiseFence,
} from '../../../src/index.ts';
import type { SqlConnection, SqlDatabase } from '../../databases/sql-database.ts';

/** What every recipe promises beside other writers, at the default isolation level. */
export function describeConcurrentSql(open: () => Promise<SqlDatabase>): void {
  describe('beside other writers', () => {
    let database: SqlDatabase;
    let connections: SqlConnection[] = [];
    beforeAll(async () => {
      database = await open();
      connections = await Promise.all([1, 2, 3, 4].map(() => database.connect()));
      const [db] = connections;
      await db!.text('CREATE TABLE account (id VARCHAR(50) NOT NULL PRIMARY KEY, cents INTEGER)');
      await db!.run(addFenceColumn({ dialect: database.dialect, table: 'account' }));
      await db!.run(createFenceTable({ dialect: database.dialect }));
    }, 120_000);
    afterAll(async () => {
      await Promise.all(connections.map((db) => db.close()));
      await database?.[Symbol.asyncDispose]();
    });
    const row = (id: string, token: number) =>
      ({ dialect: database.dialect, table: 'account', key: { id }, set: { cents: token }, token }) as const;
    const recipes: Record<string, (token: number) => FencedWrite> = {
      update: (token) => fencedUpdate(row('update', token)),
      upsert: (token) => fencedUpsert(row('upsert', token)),
      'upsert of a new row': (token) => fencedUpsert(row('new', token)),
      'raised fence': (token) => raiseFence({ dialect: database.dialect, resource: 'raised', token }),
    };

    it.each(Object.keys(recipes))('refuses an %s that waited for one with a newer token', async (name) => {
      const [first, second, db] = connections as [SqlConnection, SqlConnection, SqlConnection];
      await db.text(`DELETE FROM account`);
      await db.text(`INSERT INTO account (id, cents) VALUES ('update', 0), ('upsert', 0)`);
      await first.text('BEGIN');
      await second.text('BEGIN');
      // The second transaction has read before the first one commits: what it saw must not decide.
      await second.select('SELECT * FROM account');
      await applyFenced(recipes[name]!(7), first.run);
      let isOver = false;
      const late = applyFenced(recipes[name]!(6), second.run).finally(() => (isOver = true));
      late.catch(() => undefined);
      await expect.poll(() => waits(db, database)).toBe(true);
      expect(isOver).toBe(false);
      await first.text('COMMIT');
      await expect(late).rejects.toMatchObject({ code: 'ERR_LOCK_STALE_TOKEN', token: 6 });
      await second.text('ROLLBACK');
    });

    it('ends with what the newest token wrote, whoever comes first', async () => {
      let seed = 1;
      const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
      for (const id of ['a', 'b', 'c']) {
        const tokens = Array.from({ length: 40 }, () => 1 + Math.floor(random() * 1000));
        const writers = connections.map(async (db, i) => {
          for (const token of tokens.filter((_, n) => n % connections.length === i)) {
            await applyFenced(fencedUpsert(row(id, token)), db.run).catch((error: { code: string }) => {
              if (error.code !== 'ERR_LOCK_STALE_TOKEN') throw error;
            });
          }
        });
        await Promise.all(writers);
        const newest = Math.max(...tokens);
        const [there] = await connections[0]!.select(`SELECT cents, fence FROM account WHERE id = '${id}'`);
        expect([there!['cents'], Number(there!['fence'])]).toEqual([newest, newest]);
      }
    });
  });
}

/** Whether a statement waits for a lock that another transaction has. */
async function waits(db: SqlConnection, { dialect }: SqlDatabase): Promise<boolean> {
  const sql =
    dialect === 'postgres'
      ? 'SELECT count(*) AS n FROM pg_locks WHERE NOT granted'
      : `SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`;
  const [count] = await db.select(sql);
  return Number(count!['n']) > 0;
}
