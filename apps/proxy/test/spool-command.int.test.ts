import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';
import { createMetaDriver, type MemcacheDriver } from '@lockstep/memcache';
import { createSpool, type Spool } from '@lockstep/memcache-proxy';
import { connectRedis, createLogger } from '@lockstep/service-kit';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { runSpoolCommand } from '../src/spool-command.ts';

let redis: RedisServer;
let memcached: MemcachedServer;
let directory: string;
let config: string;
let client: ReturnType<typeof connectRedis>;
let spool: Spool;
let node: MemcacheDriver;

beforeEach(async () => {
  [redis, memcached] = await Promise.all([startRedis(), startMemcached()]);
  directory = await mkdtemp(join(tmpdir(), 'spool-command-'));
  config = join(directory, 'topology.yaml');
  await writeTopology(`spool: { directory: '${directory}/spool' }`);
  const logger = createLogger({ name: 'test', level: 'silent' });
  client = connectRedis({ url: redis.url, name: 'test', logger });
  const target = { apply: () => Promise.reject(new Error('the command is tested here')) };
  spool = createSpool({ client, namespace: 'east', directory: join(directory, 'spool'), target });
  node = createMetaDriver(memcached);
});

afterEach(async () => {
  await spool.close();
  await node.close();
  client.disconnect();
  await Promise.all([redis.close(), memcached.close()]);
  await rm(directory, { recursive: true });
});

async function writeTopology(settings: string): Promise<void> {
  await writeFile(
    config,
    `version: 1
regions:
  east:
    redis: ${redis.url}
    pool: { nodes: [{ name: east-1, address: '${memcached.address}' }] }
    proxy: { http: '127.0.0.1:8080', memcached: '127.0.0.1:11311', ${settings} }
    shipper: { http: '127.0.0.1:8081' }
    receiver: { http: '127.0.0.1:8082' }
classes: []
`,
  );
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const stdout = { write: (text: string) => (out += text) };
  const stderr = { write: (text: string) => (err += text) };
  const code = await runSpoolCommand(args, { stdout, stderr, env: {} });
  return { code, out, err };
}

const where = (): string[] => ['--config', config, '--region', 'east'];

function add(key: Buffer | string, poolName = 'main'): Promise<unknown> {
  return spool.add({ pool: poolName, key: Buffer.from(key), failedAt: Date.UTC(2026, 0, 2) });
}

it('prints what waits, for people and for programs', async () => {
  expect(await run('ls', ...where())).toEqual({ code: 0, out: 'the spool is empty\n', err: '' });
  await add('user:1');
  await add(Buffer.from([0x61, 0xff, 0x5c]));
  expect((await run('ls', ...where())).out.split('\n')).toEqual([
    'WHERE  FAILED AT                 POOL  KEY',
    'redis  2026-01-02T00:00:00.000Z  main  user:1',
    String.raw`redis  2026-01-02T00:00:00.000Z  main  a\xff\x5c`,
    '',
  ]);
  const lines = (await run('ls', '--json', ...where())).out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { where: 'redis', failedAt: '2026-01-02T00:00:00.000Z', pool: 'main', key: 'user:1' },
    { where: 'redis', failedAt: '2026-01-02T00:00:00.000Z', pool: 'main', keyBase64: 'Yf9c' },
  ]);
  expect((await run('ls', '--limit', '1', ...where())).out).toMatch(
    /user:1\nthere are more than 1; --limit N prints N\n$/,
  );
});

it('counts what a replay would try, changes nothing, and then deletes it', async () => {
  await node.set('user:1', 'old');
  await Promise.all([add('user:1'), add('user:2'), add('user:3', 'retired')]);
  expect(await run('replay', '--dry-run', ...where())).toEqual({
    code: 0,
    out: `main ${memcached.address}: 2\nretired (no such pool): 1\nentries that would be tried: 3\n`,
    err: '',
  });
  expect(await node.get('user:1')).toBeDefined();
  expect(await run('replay', '--pool', 'main', ...where())).toEqual({
    code: 0,
    out: 'deletes: 2, entries done: 2, entries left: 0\n',
    err: '',
  });
  expect(await node.get('user:1')).toBeUndefined();
  expect(await run('replay', ...where())).toEqual({
    code: 1,
    out: 'deletes: 0, entries done: 0, entries left: 1\n',
    err: 'retired: there is no pool "retired" any more\n',
  });
});

it('says what waits for a node that is down', async () => {
  await add('user:1');
  await memcached.kill();
  const { code, out, err } = await run('replay', ...where());
  expect([code, out]).toEqual([1, 'deletes: 0, entries done: 0, entries left: 1\n']);
  expect(err).toContain(`main ${memcached.address}: `);
});

it('prints what is on disk while Redis is away, and says so', async () => {
  await redis.kill();
  await add('user:1');
  const { code, out, err } = await run('ls', ...where());
  expect([code, out.split('\n')[1]]).toEqual([1, 'disk   2026-01-02T00:00:00.000Z  main  user:1']);
  expect(err).toMatch(/^lockstep-proxy spool: .+\n$/);
});

it('says so when the region keeps no failed deletes', async () => {
  await writeTopology('workers: 1');
  const { code, err } = await run('ls', ...where());
  expect([code, err]).toEqual([
    1,
    `region east of ${config} has no proxy.spool, so its proxies keep no failed deletes\n`,
  ]);
});

it.each([
  [[], 'ls or replay is missing'],
  [['drop'], 'unknown command "drop"'],
  [['ls', 'more'], 'unexpected argument "more"'],
  [['ls', '--dry-run'], 'spool ls has no option --dry-run'],
  [['ls', '--nope'], "Unknown option '--nope'"],
  [['ls'], '--config FILE is missing'],
  [['replay', '--config', 'x'], '--region NAME is missing'],
  [['ls', '--config', 'x', '--region', 'y', '--limit', 'all'], '--limit must be a whole number, got all'],
])('ends with 2 for %j', async (args, message) => {
  expect(await run(...args)).toEqual({
    code: 2,
    out: '',
    err: `lockstep-proxy spool: ${message} (--help says more)\n`,
  });
});

it('ends with 2 for a pool that there is not, and prints its usage', async () => {
  expect(await run('replay', '--pool', 'nope', ...where())).toMatchObject({
    code: 2,
    err: 'lockstep-proxy spool: there is no pool "nope"; there are main\n',
  });
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: ') as string });
});
