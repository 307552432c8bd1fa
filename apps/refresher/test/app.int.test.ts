import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type StartedRefresher, startedRefresher, topologyText } from './fixtures/started-refresher.ts';
import { type HttpSource, startSource } from './fixtures/start-source.ts';

let redis: RedisServer;
let source: HttpSource;
let app: StartedRefresher;
let text: string;
const token = 'adm1n-token';

const sourcesOf = (origin: string, more = ''): string => `
        coupons:
          load: { http: { url: "${origin}/coupons/{id}", headers: { authorization: { secret: SHOP } } } }
          shape: list
          ttlMs: 60000
          settleMs: 0
          ids: [oslo, bergen]
          warmUp: true
        ticks:
          load: { http: { url: "${origin}/ticks" } }
          ttlMs: 1000
          settleMs: 0
          single: true
          schedule: { everyMs: 200 }
        asleep:
          load: { http: { url: "${origin}/asleep" } }
          ttlMs: 1000
          schedule: { everyMs: 200 }
          enabled: false
${more}`;

beforeAll(async () => {
  [redis, source] = await Promise.all([startRedis(), startSource()]);
  text = topologyText({ redis: redis.url, sources: sourcesOf(source.origin) });
  app = await startedRefresher(text, { LOCKSTEP_ADMIN_TOKEN: token, LOCKSTEP_SECRET_SHOP: 'Bearer s3cret' });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([redis.close(), source[Symbol.asyncDispose]()]);
});

const asked = (path: string): number => source.requests.filter(({ url }) => url === path).length;
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(app.url + path, { headers, redirect: 'manual' });
const bearer = { authorization: `Bearer ${token}` };

describe('lockstep-refresher', () => {
  it('warms up each id once, with the secret of the environment', async () => {
    await expect.poll(() => [asked('/coupons/oslo'), asked('/coupons/bergen')]).toEqual([1, 1]);
    expect(source.requests.find(({ url }) => url === '/coupons/oslo')?.headers.authorization).toBe('Bearer s3cret');
  });

  it('refreshes what is scheduled, as the elected one, and calls nothing that is disabled', async () => {
    await expect.poll(() => asked('/ticks')).toBeGreaterThan(1);
    expect(asked('/asleep')).toBe(0);
    await expect
      .poll(async () => (await get('/v1/refresh')).json())
      .toMatchObject({
        queue: { dead: 0, isPaused: false },
        sources: [
          { source: 'coupons', state: 'on', isSingle: false },
          { source: 'ticks', state: 'on', isSingle: true, leader: expect.any(String) },
          { source: 'asleep', state: 'disabled' },
        ],
      });
  });

  it('is ready while Redis answers, and has its metrics', async () => {
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', failing: [] });
    await expect
      .poll(async () => (await get('/metrics')).text())
      .toContain('lockstep_refresher_queue_tasks{state="dead"} 0');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('lockstep_refresher_loads_total{source="coupons",outcome="loaded"} 2\n');
    expect(metrics).toContain('lockstep_refresher_leader{source="ticks"} 1\n');
    expect(metrics).toMatch(/lockstep_refresher_tasks_total\{outcome="refreshed"\} [1-9]/);
    expect(metrics).toMatch(/lockstep_refresher_last_load_timestamp_seconds\{source="coupons"\} 1\d{9}/);
  });

  it('shows the board, its files and its tasks to those who show the token, and to nobody else', async () => {
    for (const path of ['/board', '/board/api/queues', '/board/static/css']) {
      expect([path, (await get(path)).status]).toEqual([path, 401]);
      expect((await get(path, { authorization: 'Bearer wrong' })).status).toBe(401);
    }
    const page = await get('/board', bearer);
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    const script = /src="([^"]+\.js)"/.exec(html)?.[1];
    const file = await get(new URL(script!, `${app.url}/board/`).pathname, bearer);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
    expect((await file.text()).length).toBeGreaterThan(1000);
    const queues = (await (await get('/board/api/queues', bearer)).json()) as { queues: { name: string }[] };
    expect(queues.queues.map(({ name }) => name)).toEqual(['refresh']);
  });

  it('takes the token as a browser sends it, but not on behalf of another site', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` };
    expect((await get('/board', basic)).status).toBe(200);
    const pause = (site: string): Promise<Response> =>
      fetch(`${app.url}/board/api/queues/refresh/pause`, {
        method: 'PUT',
        headers: { ...basic, 'sec-fetch-site': site },
      });
    expect((await pause('cross-site')).status).toBe(403);
    expect((await pause('same-origin')).status).toBe(200);
    await expect.poll(async () => (await get('/v1/refresh')).json()).toMatchObject({ queue: { isPaused: true } });
    const resume = { method: 'PUT', headers: bearer };
    expect((await fetch(`${app.url}/board/api/queues/refresh/resume`, resume)).status).toBe(200);
  });

  it('goes over to another topology, and keeps the one that it has when that cannot be', async () => {
    const more = (url: string): string =>
      `        more: { load: { http: { url: "${url}" } }, ttlMs: 60000, warmUp: true }`;
    const broken = `        broken: { load: { module: /nowhere.mjs }, ttlMs: 60000 }`;
    const secret = `        locked: { load: { sql: { url: "mysql://u@h/d", password: NONE, query: "SELECT 1" } }, ttlMs: 1 }`;
    const textOf = (piece: string): string =>
      topologyText({ redis: redis.url, sources: sourcesOf(source.origin, piece) });
    await expect(app.reload(textOf(broken))).rejects.toThrow('/nowhere.mjs cannot be loaded');
    await expect(app.reload(textOf(secret))).rejects.toThrow('LOCKSTEP_SECRET_NONE is not set');
    const before = asked('/ticks');
    await expect.poll(() => asked('/ticks')).toBeGreaterThan(before);
    await app.reload(textOf(more(`${source.origin}/more`)));
    await expect.poll(() => asked('/more')).toBe(1);
    const after = asked('/ticks');
    await expect.poll(() => asked('/ticks')).toBeGreaterThan(after);
    // What was fresh is fresh in the version after, too.
    expect(asked('/coupons/oslo')).toBe(1);
    expect(await (await get('/metrics')).text()).toContain('loads_total{source="more",outcome="loaded"} 1\n');
  });

  it('ends what the version before did', async () => {
    const quiet = text.replace('          schedule: { everyMs: 200 }\n        asleep', '        asleep');
    const clock = `        clock: { load: { http: { url: "${source.origin}/clock" } }, ttlMs: 100, settleMs: 0, schedule: { everyMs: 200 } }`;
    expect(quiet).not.toBe(text);
    await app.reload(`${quiet}${clock}\n`);
    const ticks = asked('/ticks');
    await expect.poll(() => asked('/clock')).toBeGreaterThan(4);
    expect(asked('/ticks')).toBe(ticks);
  });

  it('never logs a key, a value or a secret', () => {
    expect(app.logs()).not.toMatch(/coupons:oslo|s3cret|adm1n/);
  });
});
