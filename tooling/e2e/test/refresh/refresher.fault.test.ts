import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';
import { createRedisSwitches } from '@lockstep/refresh';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { freePorts } from '../free-ports.ts';
import { type Role, startRole } from '../role.ts';
import { type CouponSource, startCouponSource } from './coupon-source.ts';
import { refreshTopology } from './refresh-topology.ts';

const main = fileURLToPath(new URL('../../../../apps/refresher/dist/main.js', import.meta.url));
const run = promisify(execFile);

interface Coupon {
  readonly id: string;
  readonly city: string;
  readonly edition: number;
}

let redis: RedisServer;
let memcached: MemcachedServer;
let source: CouponSource;
let directory: string;
let topology: string;
let proxyUrl: string;
let refresherUrl: string;
let proxy: Role;
let refresher: Role;

const get = (path: string): Promise<Response> => fetch(proxyUrl + path);
async function assertReady(url: string): Promise<void> {
  const { status } = await fetch(`${url}/readyz`);
  if (status !== 200) throw new Error(`${url} is not ready: ${status}`);
}

beforeAll(async () => {
  [redis, memcached, source] = await Promise.all([startRedis(), startMemcached(), startCouponSource()]);
  const ports = await freePorts(3);
  const [proxyPort, text, refresherPort] = ports as [number, number, number];
  const places = { redis: redis.port, memcached: memcached.port, proxy: proxyPort, text, refresher: refresherPort };
  topology = refreshTopology({ ...places, source: source.origin });
  directory = await mkdtemp(join(tmpdir(), 'lockstep-refresh-'));
  await writeFile(join(directory, 'topology.yaml'), topology);
  [proxyUrl, refresherUrl] = [`http://127.0.0.1:${proxyPort}`, `http://127.0.0.1:${refresherPort}`];
  proxy = startRole('proxy', topology);
  refresher = startRole('refresher', topology);
  for (const url of [proxyUrl, refresherUrl])
    await vi.waitFor(() => assertReady(url), { timeout: 25_000, interval: 50 });
});
afterAll(async () => {
  await Promise.all([proxy[Symbol.asyncDispose](), refresher[Symbol.asyncDispose]()]);
  await Promise.all([redis.close(), memcached.close(), source[Symbol.asyncDispose]()]);
  await rm(directory, { recursive: true });
});

async function editionNow(): Promise<number | undefined> {
  const response = await get('/coupons?city=oslo');
  const coupons = (await response.json()) as Coupon[];
  // Never torn, never double.
  expect(new Set(coupons.map(({ edition }) => edition)).size).toBe(1);
  expect(new Set(coupons.map(({ id }) => id)).size).toBe(50);
  return coupons[0]?.edition;
}

const stateOf = async (): Promise<string | null> => (await get('/coupons?city=oslo')).headers.get('x-cache');
const operate = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [main, ...args, '--config', join(directory, 'topology.yaml'), '--region', 'east']))
    .stdout;

describe('source → refresher → proxy', () => {
  it('loads a cold list once however many ask, and serves it whole, by page and by element', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => get('/lasting?city=oslo')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(source.calls).toBe(1);
    const all = (await answers[0]!.json()) as Coupon[];
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => `c${index}`));
    const page = await get('/lasting?city=oslo&page=2&limit=20');
    expect(((await page.json()) as Coupon[]).map(({ id }) => id)).toEqual(all.slice(20, 40).map(({ id }) => id));
    expect(page.headers.get('x-total-count')).toBe('50');
    expect(page.headers.get('content-type')).toBe('application/json');
    expect(page.headers.get('cache-control')).toBe('max-age=600, stale-while-revalidate=6000');
    expect(Number(page.headers.get('age'))).toBeLessThanOrEqual(30);
    const element = await get('/lasting?city=oslo&element=c7');
    expect(await element.json()).toEqual({ id: 'c7', city: 'oslo', edition: 1 });
    const raw = (await (await get('/raw/oslo')).json()) as { data: { coupons: Coupon[] } };
    expect(raw.data.coupons).toHaveLength(50);
    // One for the list, one for the value.
    expect(source.calls).toBe(2);
  });

  it('asks the source for the plain values of several parameters, and keeps apart what they are', async () => {
    const before = source.calls;
    const one = (await (await get('/shops/a%3Ab/coupons/k%C3%B8ln%20%26%20%2F')).json()) as (Coupon & {
      shop: string;
    })[];
    const other = (await (await get('/shops/a/coupons/b%3Ak%C3%B8ln%20%26%20%2F')).json()) as typeof one;
    expect([one[0], other[0]].map((coupon) => [coupon?.shop, coupon?.city])).toEqual([
      ['a:b', 'køln & /'],
      ['a', 'b:køln & /'],
    ]);
    expect(source.calls).toBe(before + 2);
    source.calls = before;
  });

  it('answers problems for what is not there and what cannot be asked', async () => {
    const asked: readonly (readonly [string, number])[] = [
      ['/coupons?city=oslo&element=c99', 404],
      ['/coupons?city=oslo&page=0', 400],
      ['/coupons?city=oslo&page=1&element=c1', 400],
      ['/coupons?city=oslo&size=1', 400],
      ['/raw/oslo?page=1', 400],
      ['/coupons', 400],
    ];
    for (const [path, status] of asked) {
      const response = await get(path);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        status,
        'application/problem+json',
      ]);
    }
    const put = await fetch(`${proxyUrl}/coupons?city=oslo`, { method: 'PUT', body: '[]' });
    expect(put.status).toBe(405);
  });

  it('shows what is new at the source without a read that waits for it', async () => {
    source.edition = 2;
    await expect.poll(editionNow).toBe(2);
    const metrics = await (await fetch(`${refresherUrl}/metrics`)).text();
    expect(metrics).toMatch(/lockstep_refresher_loads_total\{source="coupons",outcome="loaded"\} [2-9]/);
    expect(metrics).toContain('lockstep_refresher_queue_tasks{state="dead"} 0');
    const ofProxy = await (await fetch(`${proxyUrl}/metrics`)).text();
    expect(ofProxy).toMatch(/lockstep_refresh_reads_total\{state="fresh"\} \d\d+/);
  });

  it('serves what it has, marked as stale, while the source fails', async () => {
    source.status = 500;
    await expect.poll(stateOf).toBe('stale');
    expect(await editionNow()).toBe(2);
    source.status = 200;
    source.edition = 3;
    await expect.poll(editionNow).toBe(3);
  });

  it('serves what it has while the only refresher is killed, and goes on with the next one', async () => {
    refresher.child.kill('SIGKILL');
    await refresher.exited;
    source.edition = 4;
    await expect.poll(stateOf).toBe('stale');
    expect(await editionNow()).toBe(3);
    refresher = startRole('refresher', topology);
    // It may have been killed in the middle of a load.
    await expect.poll(editionNow, { timeout: 30_000 }).toBe(4);
    await expect.poll(stateOf).toBe('fresh');
  });

  it('calls a source no more whose kill switch is set, until it is taken back', async () => {
    const client = new Redis(redis.port);
    const switches = createRedisSwitches({ redis: client });
    expect(await operate('disable', 'coupons')).toContain('coupons is off');
    await expect.poll(stateOf).toBe('stale');
    source.edition = 5;
    const before = source.calls;
    for (let reads = 0; reads < 20; reads++) expect(await editionNow()).toBe(4);
    expect(source.calls).toBe(before);
    await switches.set('coupons', true);
    client.disconnect();
    await expect.poll(editionNow).toBe(5);
  });
});
