import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runOperateCommand } from '../src/operate/run-operate-command.ts';
import { type StartedRefresher, startedRefresher, topologyText } from './fixtures/started-refresher.ts';
import { type HttpSource, startSource } from './fixtures/start-source.ts';

let redis: RedisServer;
let source: HttpSource;
let directory: string;
let place: readonly string[];
let text: string;

beforeAll(async () => {
  [redis, source] = await Promise.all([startRedis(), startSource()]);
  text = topologyText({
    redis: redis.url,
    sources: `
        coupons:
          load: { http: { url: "${source.origin}/coupons/{id}" } }
          ttlMs: 60000
          settleMs: 0
        prices:
          load: { http: { url: "${source.origin}/prices" } }
          ttlMs: 60000
          single: true`,
  });
  directory = await mkdtemp(join(tmpdir(), 'lockstep-operate-'));
  await writeFile(join(directory, 't.yaml'), text);
  place = ['--config', join(directory, 't.yaml'), '--region', 'east'];
});
afterAll(async () => {
  await Promise.all([redis.close(), source[Symbol.asyncDispose](), rm(directory, { recursive: true })]);
});

interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function operate(...args: string[]): Promise<Printed> {
  let [out, err] = ['', ''];
  const [stdout, stderr] = [{ write: (more: string) => (out += more) }, { write: (more: string) => (err += more) }];
  const code = await runOperateCommand([...args, ...place], { stdout, stderr, env: {} });
  return { code, out, err };
}

describe('the commands of lockstep-refresher', () => {
  it('say that nobody is there, and what waits', async () => {
    expect(await operate('status')).toEqual({
      code: 1,
      err: '',
      out: [
        'running   0 waiting   0 active   0 delayed   0 dead',
        'coupons            on',
        'prices             on   nobody leads',
        '',
      ].join('\n'),
    });
    expect((await operate('refresh', 'coupons:oslo', 'coupons:bergen')).out).toContain('coupons:oslo   is queued\n');
    expect((await operate('refresh', 'coupons:oslo')).out).toBe('coupons:oslo   was queued already\n');
    const { out } = await operate('status', '--json');
    expect(JSON.parse(out)).toMatchObject({ queue: { waiting: 2 }, sources: [{ source: 'coupons', state: 'on' }, {}] });
  });

  it('pause, resume, switch off and on, and settle what failed for good', async () => {
    await operate('pause');
    await operate('disable', 'coupons');
    await using app: StartedRefresher = await startedRefresher(text);
    await expect.poll(async () => (await operate('status')).code).toBe(0);
    expect((await operate('status')).out).toMatch(/^paused +2 waiting[^]*coupons +off\nprices +on +led by /);
    await operate('resume');
    await expect.poll(async () => (await operate('status')).out).toMatch(/^running +0 waiting/);
    expect(source.requests).toEqual([]);
    await operate('enable', 'coupons');
    await expect
      .poll(async () => {
        await operate('refresh', 'coupons:oslo');
        return source.requests.length;
      })
      .toBeGreaterThan(0);
    // Its id leaves the path: no attempt can succeed.
    expect((await operate('refresh', 'coupons:..')).out).toContain('is queued');
    await expect.poll(async () => (await operate('dead', 'ls')).out).toContain('coupons:..');
    const { out } = await operate('dead', 'ls', '--json');
    expect(JSON.parse(out)).toMatchObject({ key: 'coupons:..', attempts: 2 });
    expect(await operate('dead', 'retry', '--all')).toMatchObject({ code: 0, out: 'coupons:..   is queued again\n' });
    await expect.poll(async () => (await operate('dead', 'ls')).out).toContain('coupons:..   ');
    expect(await operate('dead', 'drop', 'coupons:..')).toMatchObject({ code: 0, out: 'coupons:..   is forgotten\n' });
    expect(await operate('dead', 'drop', 'coupons:..')).toMatchObject({ code: 1 });
    expect(await operate('dead', 'ls')).toMatchObject({ code: 0, out: '' });
    expect(app.logs()).not.toContain('coupons:..');
  });

  it.each([
    [[], 'unknown command ""'],
    [['stauts'], 'unknown command "stauts"'],
    [['status', 'now'], 'status takes nothing more, got "now"'],
    [['disable'], 'disable needs the name of a source'],
    [['refresh'], 'refresh needs a key such as coupons:oslo'],
    [['dead'], 'dead needs ls, retry or drop'],
    [['dead', 'retry'], 'dead retry needs a key such as coupons:oslo'],
    [['dead', 'drop', '--all', 'x'], 'dead drop --all takes nothing more, got "x"'],
  ])('refuse %j in one line', async (args, problem) => {
    expect(await operate(...args)).toEqual({
      code: 2,
      out: '',
      err: `lockstep-refresher: ${problem} (--help says more)\n`,
    });
  });

  it('name the sources that there are', async () => {
    const { code, err } = await operate('disable', 'cupons');
    expect([code, err]).toEqual([
      1,
      'lockstep-refresher: there is no source "cupons"; the topology has coupons, prices\n',
    ]);
    expect((await operate('refresh', 'cupons:oslo')).code).toBe(1);
    expect((await operate('--help')).out).toContain('Usage: lockstep-refresher COMMAND');
  });
});
