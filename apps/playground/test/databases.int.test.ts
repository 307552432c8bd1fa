import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { couponsAt } from '../src/coupons/coupon.ts';
import { load } from '../src/coupons/databases/file-loader.ts';
import { findProgram } from '../src/coupons/databases/find-program.ts';
import { findMariadb } from '../src/coupons/databases/mariadb.ts';
import { openDatabase } from '../src/coupons/databases/open-database.ts';
import { findPostgres } from '../src/coupons/databases/postgres.ts';
import { createServerDatabase, type ServerKind } from '../src/coupons/databases/server-database.ts';

const oslo = couponsAt(7).filter(({ city }) => city === 'oslo');

const servers = [findPostgres(), findMariadb()].flatMap((kind) =>
  kind === undefined ? [] : [[kind.title, kind] as const],
);

it.concurrent.for(servers)(
  '%s replaces all rows, lets the reader only read, comes back when it was killed, and leaves nothing behind',
  { timeout: 60_000 },
  async ([title, kind]) => {
    const notices: string[] = [];
    const database = createServerDatabase(kind, (what) => notices.push(what));
    const { url, query } = (database.load as { sql: { url: string; query: string } }).sql;
    const directory = decodeURIComponent(new URL(url).hostname).replace(/\/socket$/, '');
    const read = (): number[] => idsIn(asReader(kind, directory, query.replace('{id}', "'oslo'")));
    try {
      await database.start(AbortSignal.timeout(30_000));
      await database.write(couponsAt(0));
      await database.write(couponsAt(7));
      expect(read()).toEqual(oslo.map(({ id }) => id));
      expect(() => asReader(kind, directory, 'DELETE FROM coupons')).toThrow(/denied/);
      for (const pid of serversIn(directory)) process.kill(pid, 'SIGKILL');
      await expect.poll(() => notices, { timeout: 10_000 }).toContain(`${title} ended; starting it again in 3 s`);
      await expect.poll(read, { timeout: 20_000, interval: 200 }).toEqual(oslo.map(({ id }) => id));
    } finally {
      await database.close();
    }
    expect(existsSync(directory)).toBe(false);
    expect(serversIn(directory)).toEqual([]);
  },
);

describe.each(['sqlite', 'file'] as const)('%s', (kind) => {
  it.runIf(kind === 'file' || findProgram('sqlite3') !== undefined)(
    'gives the rows of one city as they were written last',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'lockstep-test-'));
      try {
        await using database = openDatabase(kind, { directory, notify: () => {} });
        await database.start(AbortSignal.timeout(5000));
        await database.write(couponsAt(0));
        await database.write(couponsAt(7));
        for (const [name, value] of Object.entries(database.environment)) vi.stubEnv(name, value);
        expect((await load({ id: 'oslo', signal: AbortSignal.timeout(20_000) })).data).toEqual(oslo);
      } finally {
        vi.unstubAllEnvs();
        rmSync(directory, { recursive: true });
      }
    },
  );
});

it('says when the wanted one is not installed', () => {
  vi.stubEnv('PATH', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  const open = (): unknown => openDatabase('sqlite', { directory: tmpdir(), notify: () => {} });
  expect(open).toThrow('--database sqlite: it is not installed here');
});

/** What the client program writes when the reader asks. */
function asReader(kind: ServerKind, directory: string, statement: string): string {
  const [program = '', ...args] = kind
    .client(directory)
    .map((word) => (word === 'shop' ? 'reader' : word.replace('--user=root', '--user=reader')));
  const options = { input: `${kind.use}${statement};\n`, encoding: 'utf8', timeout: 10_000, stdio: 'pipe' } as const;
  return execFileSync(program, args, { ...options, env: { ...process.env, LC_ALL: 'C' } });
}

function idsIn(table: string): number[] {
  return [...table.matchAll(/^\s*(\d+)\s/gm)].map(([, id]) => Number(id));
}

/** Processes of a directory, without the one that waits to remove it. */
function serversIn(directory: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
      return line.includes(directory) && !line.includes('keeper') ? [Number(name)] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}
