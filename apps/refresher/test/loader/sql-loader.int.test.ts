import { unchanged } from '@lockstep/refresh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSqlLoader, type SqlLoaderOptions } from '../../src/loader/sql/sql-loader.ts';
import type { Row } from '../../src/loader/sql/row-budget.ts';
import { startBreakableSocket } from '../fixtures/start-breakable-socket.ts';
import { loadRequest } from '../fixtures/load-request.ts';
import { hasMariadb, type Mariadb, startMariadb } from '../fixtures/start-mariadb.ts';
import { hasPostgres, type Postgres, startPostgres } from '../fixtures/start-postgres.ts';

interface Kind {
  readonly name: string;
  readonly isThere: boolean;
  readonly start: () => Promise<Mariadb | Postgres>;
  readonly setUp: readonly string[];
  readonly password: string | undefined;
  readonly sleep: string;
  /** Sleeps for as many seconds as the id says. */
  readonly slowOrNot: string;
  /** The file of the socket, of what the URL has for a host; and the other way round, of the directory that it is in. */
  readonly socketOf: (host: string) => string;
  readonly addressOf: (directory: string) => string;
  readonly types: string;
  /** Above 0 when the server has filled in this statement: by its count of such, or by its text. */
  readonly bound: string;
}

const rows = `INSERT INTO coupons VALUES (1, 'oslo', 'ten off'), (2, 'oslo', 'it''s ø'), (3, 'bergen', 'half')`;
const create = 'CREATE TABLE coupons (id int primary key, city varchar(40), title varchar(40))';
const kinds: readonly Kind[] = [
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    start: startMariadb,
    setUp: [create, rows],
    password: 'r3ad',
    sleep: 'SELECT SLEEP(20) AS slept',
    slowOrNot: 'SELECT SLEEP({id}) AS slept',
    socketOf: (host) => host,
    addressOf: (directory) => `${directory}/socket`,
    types: `SELECT CAST(9007199254740993 AS UNSIGNED) AS big, CAST(7 AS UNSIGNED) AS small, CAST(1.50 AS DECIMAL(9,2)) AS price,
      CAST('2026-01-02 03:04:05' AS DATETIME) AS at, CAST('ab' AS BINARY) AS bytes, NULL AS nothing`,
    bound: 'SELECT VARIABLE_VALUE AS n FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = {id}',
  },
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    start: startPostgres,
    setUp: [create, rows],
    password: undefined,
    sleep: 'SELECT pg_sleep(20)',
    slowOrNot: 'SELECT pg_sleep({id}::int) AS slept',
    socketOf: (host) => `${host}/.s.PGSQL.5432`,
    addressOf: (directory) => directory,
    types: `SELECT 9007199254740993::bigint AS big, 7::bigint AS small, 1.50::numeric AS price,
      timestamp '2026-01-02 03:04:05' AS at, 'ab'::bytea AS bytes, NULL AS nothing`,
    bound: `SELECT position('$1' in query) AS n FROM pg_stat_activity WHERE pid = pg_backend_pid() AND query <> {id}`,
  },
];

describe.each(kinds)(
  'a SQL loader on $name',
  ({ isThere, start, setUp, password, sleep, slowOrNot, socketOf, addressOf, types, bound }) => {
    let server: Mariadb | Postgres;
    beforeAll(async () => {
      if (!isThere) return;
      server = await start();
      await server.write(...setUp);
    });
    afterAll(async () => {
      if (isThere) await server[Symbol.asyncDispose]();
    });

    const loaderOf = (query: string, rest: Partial<SqlLoaderOptions> = {}) =>
      createSqlLoader({ url: server.url, password, query, timeoutMs: 5000, maxBytes: 10_000, ...rest });
    async function read(
      query: string,
      id = '',
      { params = {}, ...rest }: Partial<SqlLoaderOptions> & { readonly params?: Record<string, string> } = {},
    ): Promise<Row[]> {
      await using loader = loaderOf(query, rest);
      const loaded = await loader.load(loadRequest(id, { params }));
      if (loaded === unchanged) throw new Error('unchanged');
      return loaded.data as Row[];
    }
    const byCity = 'SELECT id, title FROM coupons WHERE city = {id} ORDER BY id';

    it.runIf(isThere)('gives the rows of an id, which is bound and never text', async () => {
      expect(await read(byCity, 'oslo')).toEqual([
        { id: 1, title: 'ten off' },
        { id: 2, title: "it's ø" },
      ]);
      expect(await read(byCity, `x' OR '1'='1`)).toEqual([]);
      expect(await read(byCity, `oslo' -- `)).toEqual([]);
      const twice = 'SELECT id FROM coupons WHERE city = {id} OR title = {id} ORDER BY id';
      expect(await read(twice, 'bergen')).toEqual([{ id: 3 }]);
      expect(await read('SELECT count(*) AS n FROM coupons')).toEqual([{ n: 3 }]);
    });

    it.runIf(isThere)('binds the parameters of an id by name, and leaves alone what is quoted', async () => {
      const query = `SELECT id, '{city}' AS text FROM coupons WHERE title = {title} AND city = {city} AND {title} <> {id} /* {x} */`;
      const params = { city: 'oslo', title: "it's ø" };
      expect(await read(query, 'oslo:it', { params })).toEqual([{ id: 2, text: '{city}' }]);
      expect(await read(query, 'oslo:it', { params: { ...params, city: `oslo' OR '1'='1` } })).toEqual([]);
      await expect(read(query, 'oslo:it', { params: { city: 'oslo' } })).rejects.toThrow('needs the parameter title');
    });

    it.runIf(isThere)('has its parameters bound by the server', async () => {
      const [row] = await read(bound, 'COM_STMT_EXECUTE');
      expect(Number(row!['n'])).toBeGreaterThan(0);
    });

    it.runIf(isThere)('gives values that JSON has a form for, and loses none of their digits', async () => {
      expect(await read(types)).toEqual([
        {
          big: '9007199254740993',
          small: 7,
          price: '1.50',
          at: '2026-01-02 03:04:05',
          bytes: 'YWI=',
          nothing: null,
        },
      ]);
    });

    it.runIf(isThere)('cannot write, whatever its user may do', async () => {
      const failure = await read('DELETE FROM coupons').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'ERR_REFRESHER_DATABASE' });
      expect(await read('SELECT count(*) AS n FROM coupons')).toEqual([{ n: 3 }]);
    });

    it.runIf(isThere)('takes no more rows and bytes than it may', async () => {
      await expect(read(byCity, 'oslo', { maxRows: 1 })).rejects.toThrow('more than 1 rows');
      await expect(read(byCity, 'oslo', { maxBytes: 20 })).rejects.toThrow('more than 20 bytes');
      expect(await read(byCity, 'oslo', { maxRows: 2, maxBytes: 100 })).toHaveLength(2);
    });

    it.runIf(isThere)('ends a query that takes too long, by the server and by the signal', async () => {
      const late = await read(sleep, '', { timeoutMs: 50 }).then(
        (found) => ({ found }),
        (error: { code: string }) => ({ code: error.code }),
      );
      // MariaDB answers an interrupted SLEEP with a row.
      expect([{ code: 'ERR_REFRESHER_DATABASE' }, { found: [{ slept: 1 }] }]).toContainEqual(late);
      await using loader = loaderOf(sleep, { maxConnections: 1 });
      const stop = new AbortController();
      const loading = loader.load(loadRequest('', { signal: stop.signal }));
      const waiting = loader.load(loadRequest('', { signal: stop.signal }));
      stop.abort(new Error('given up'));
      await expect(loading).rejects.toThrow('given up');
      await expect(waiting).rejects.toThrow('given up');
    });

    it.runIf(isThere)(
      'tells when its connection breaks in the middle of a query, and goes on with another one',
      async () => {
        const directory = decodeURIComponent(new URL(server.url).host);
        await using link = await startBreakableSocket(socketOf(directory));
        const url = server.url.replace(encodeURIComponent(directory), encodeURIComponent(addressOf(link.directory)));
        await using loader = loaderOf(slowOrNot, { url });
        const broken = loader.load(loadRequest('20')).catch((error: unknown) => error);
        // The server has begun with it.
        await new Promise((resolve) => setTimeout(resolve, 300));
        link.breakAll();
        expect(await broken).toMatchObject({ message: expect.stringMatching(/^the database /) });
        await expect(loader.load(loadRequest('0'))).resolves.toMatchObject({ data: [{}] });
      },
    );

    it.runIf(isThere)('says nothing of an id or a value when the database refuses', async () => {
      const failure = (await read('SELECT 1 FROM nowhere WHERE a = {id}', 's3cret').catch(
        (error: unknown) => error,
      )) as Error;
      expect(failure.message).toMatch(/^the database refused the query: \w+$/);
      expect(String(failure.cause)).not.toContain('s3cret');
      const wrong = (await read(byCity, 'oslo', {
        password: 'wr0ng',
        url: server.url.replace('reader', 'nobody'),
      }).catch((error: unknown) => error)) as Error;
      expect(wrong.message).toMatch(/^the database (?:refused the query|cannot be reached)/);
      expect(wrong.message).not.toContain('wr0ng');
    });

    it.runIf(isThere)('refuses a key with an id too many, or too few', async () => {
      await expect(read(byCity, '')).rejects.toThrow('the source needs an id');
      await expect(read('SELECT 1 AS one', 'x')).rejects.toThrow('the source has no ids');
    });

    it.runIf(isThere)('uses its connections again', async () => {
      await using loader = loaderOf(byCity, { maxConnections: 1 });
      for (const id of ['oslo', 'bergen', 'oslo']) await loader.load(loadRequest(id));
      await expect(loader.load(loadRequest('')).catch((error: unknown) => error)).resolves.toMatchObject({
        code: 'ERR_REFRESHER_ID',
      });
      const many = await Promise.all(Array.from({ length: 8 }, () => loader.load(loadRequest('oslo'))));
      expect(many).toHaveLength(8);
    });
  },
);

describe('a SQL loader', () => {
  it('says in one line that nobody is there', async () => {
    for (const scheme of ['mysql', 'postgres']) {
      await using loader = createSqlLoader({
        url: `${scheme}://reader@127.0.0.1:1/shop`,
        password: 'x',
        query: 'SELECT 1',
        timeoutMs: 1000,
        maxBytes: 1000,
      });
      await expect(loader.load(loadRequest(''))).rejects.toThrow('the database cannot be reached');
    }
  });
});
