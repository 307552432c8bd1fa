import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RedisServer, startRedis } from '@lockstep/testing';
import type { RunningApp } from '@lockstep/service-kit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runStatusCommand } from '../src/status/status-command.ts';
import { freePort } from './fixtures/free-port.ts';
import { startApp, startTakingSink, type TakingSink, topologyText } from './fixtures/started-consumer.ts';

let redis: RedisServer;
let sink: TakingSink;
let app: RunningApp;
let client: Redis;
let directory: string;
let file: string;
let port: number;

beforeAll(async () => {
  [redis, sink, port] = await Promise.all([startRedis(), startTakingSink(), freePort()]);
  client = new Redis(redis.port);
  const text = topologyText(redis.url, sink.url, port);
  directory = await mkdtemp(join(tmpdir(), 'lockstep-consumer-'));
  file = join(directory, 'topology.yaml');
  await writeFile(file, text);
  app = await startApp(text);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  client.disconnect();
  await Promise.all([redis.close(), sink[Symbol.asyncDispose](), rm(directory, { recursive: true })]);
});

async function status(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const [stdout, stderr] = [{ write: (text: string) => (out += text) }, { write: (text: string) => (err += text) }];
  const code = await runStatusCommand(args, { stdout, stderr, env: {} });
  return { code, out, err };
}

const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

describe('lockstep-consumer', () => {
  it('takes a queue to its sink in order, and says so', async () => {
    for (const body of ['1', '2', '3']) await client.xadd('policies', '*', 'body', body);
    await expect.poll(() => sink.bodies).toEqual(['1', '2', '3']);
    await expect
      .poll(async () => JSON.parse(await get('/v1/queues')) as unknown)
      .toEqual({
        queues: [
          {
            queue: 'policies',
            leader: { id: `${hostname()}:${process.pid}`, host: hostname(), term: 1, token: expect.any(Number) },
            waiting: 0,
            cursor: expect.stringMatching(/^\d+-\d+$/),
            deadLetters: 0,
            leads: true,
            inFlight: 0,
            blockedLanes: 0,
          },
        ],
      });
    const metrics = await get('/metrics');
    for (const line of ['leader', 'term', 'elections_total']) {
      expect(metrics).toContain(`lockstep_consumer_${line}{queue="policies"} 1\n`);
    }
    expect(metrics).toContain('lockstep_consumer_delivered_total{queue="policies"} 3\n');
    expect(metrics).toContain('lockstep_consumer_lag_messages{queue="policies"} 0\n');
  });

  it('is ready while Redis answers', async () => {
    expect(JSON.parse(await get('/readyz'))).toEqual({ status: 'ready', failing: [] });
  });

  it('status tells who leads and what waits, on a line or as JSON', async () => {
    const place = ['--config', file, '--region', 'east'];
    await expect
      .poll(() => status(...place))
      .toEqual({
        code: 0,
        err: '',
        out: expect.stringMatching(
          /^policies +led by \S+:\d+ on \S+, term 1 +0 waiting +cursor \d+-\d+ +0 dead letters\n$/,
        ),
      });
    const { out } = await status(...place, '--json');
    expect(JSON.parse(out)).toMatchObject({ queue: 'policies', leader: { term: 1 }, waiting: 0, deadLetters: 0 });
  });

  it('status says what is wrong in one line, and by its exit code', async () => {
    expect(await status()).toEqual({
      code: 2,
      out: '',
      err: 'lockstep-consumer status: --config FILE is missing (--help says more)\n',
    });
    expect(await status('--config', file, '--region', 'east', '--colour')).toMatchObject({ code: 2 });
    const unknown = await status('--config', file, '--region', 'west');
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('has no region "west"') });
    expect(await status('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage:') });
  });
});

describe('a second process of lockstep-consumer', () => {
  it('takes over in order when the first one is told to end, and status says when nobody leads', async () => {
    const other = await startApp(topologyText(redis.url, sink.url, await freePort()));
    await app[Symbol.asyncDispose]();
    await client.xadd('policies', '*', 'body', '4');
    await expect.poll(() => sink.bodies).toEqual(['1', '2', '3', '4']);
    const place = ['--config', file, '--region', 'east'];
    expect((await status(...place)).out).toContain('term 2');
    await other[Symbol.asyncDispose]();
    expect(await status(...place)).toMatchObject({ code: 1, out: expect.stringContaining('nobody leads') });
  });
});
