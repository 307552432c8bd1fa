import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJournal } from '@lockstep/replication';
import { connectRedis, createLogger } from '@lockstep/service-kit';
import { startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { runWarmCommand } from '../src/warm/warm-command.ts';
import { startWarmWorld, type WarmWorld } from './warm-world.ts';

let world: WarmWorld;
let directory: string;
beforeEach(async () => {
  world = await startWarmWorld();
  directory = mkdtempSync(join(tmpdir(), 'lockstep-warm-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

/** A topology of east and west, whose pools are the world's, and of north, which only writes. */
function writeTopology(northRedis: string, eastPools = ''): string {
  const { redis, eastServer, westServer } = world;
  const region = (name: string, port: number, redisUrl: string, memcached: string, more = ''): string => `  ${name}:
    redis: ${redisUrl}
    pool: { nodes: [{ name: a, address: "${memcached}" }] }
    proxy: { http: "127.0.0.1:${port}", memcached: "127.0.0.1:${port + 1}" }
    shipper: { http: "127.0.0.1:${port + 2}" }
    receiver: { http: "127.0.0.1:${port + 3}" }
${more}`;
  const config = join(directory, 'topology.yaml');
  const regions = [
    region('east', 1, redis.url, eastServer.address, eastPools),
    region('west', 11, redis.url, westServer.address),
    region('north', 21, northRedis, '127.0.0.1:31'),
  ];
  writeFileSync(config, `version: 1\nregions:\n${regions.join('')}classes: [{ prefix: "session:", policy: none }]\n`);
  return config;
}

it('copies what no region writes meanwhile, a third one included, and leaves classes that do not travel', async () => {
  const { east, west } = world;
  await using northRedis = await startRedis();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const client = connectRedis({ url: northRedis.url, name: 'test', logger });
  const journal = createJournal({ client, region: 'north' });
  try {
    for (const key of ['user:1', 'user:2', 'session:1']) await east.set(key, 'old');
    const io = { out: '', err: '' };
    const args = ['--config', writeTopology(northRedis.url), '--region', 'west', '--from', 'east', '--json'];
    const exit = runWarmCommand(args, {
      stdout: { write: (text: string) => (io.out += text) },
      stderr: { write: (text: string) => (io.err += text) },
      env: {},
    });
    await expect.poll(() => west.get('user:2')).toBeDefined();
    await journal.append({ kind: 'delete', key: Buffer.from('user:2') });
    await expect(exit).resolves.toBe(0);
    expect([JSON.parse(io.out), io.err]).toEqual([{ walked: 2, added: 1, passed: 0, written: 1 }, '']);
    const held = await west.getMany(['user:1', 'user:2', 'session:1']);
    expect(held.map((item) => item?.value.toString())).toEqual(['old', undefined, undefined]);
  } finally {
    await journal.close();
    client.disconnect();
  }
});

it('names the pools that the cold region does not have, and copies the others', async () => {
  const { redis, east, eastServer, west } = world;
  await east.set('user:1', 'old');
  const io = { out: '', err: '' };
  const spare = `    pools: { spare: { nodes: [{ name: s, address: "${eastServer.address}" }] } }\n`;
  const args = ['--config', writeTopology(redis.url, spare), '--region', 'west', '--from', 'east'];
  const exit = runWarmCommand(args, {
    stdout: { write: (text: string) => (io.out += text) },
    stderr: { write: (text: string) => (io.err += text) },
    env: {},
  });
  await expect(exit).resolves.toBe(0);
  expect(io).toEqual({
    out: 'walked: 1, added: 1, there already: 0, written meanwhile: 0\n',
    err: 'lockstep-receiver warm: the pool spare of east is left out: west has none of that name\n',
  });
  await expect(west.get('user:1')).resolves.toBeDefined();
});

it.each([
  ['the region itself', ['--from', 'west'], /--from must name another region/],
  ['no region', [], /--from must name another region/],
  ['a rate of nothing', ['--from', 'east', '--rate', '0'], /--rate must be a positive whole number/],
  ['a region that is not there', ['--from', 'eats'], /no region "eats".*did you mean "east"/],
])('says in one line what is wrong with %s', async (_what, more, message) => {
  let err = '';
  const args = ['--config', writeTopology(world.redis.url), '--region', 'west', ...more];
  const code = await runWarmCommand(args, {
    stdout: { write: () => true },
    stderr: { write: (text: string) => (err += text) },
    env: {},
  });
  expect([code > 0, err.trim().split('\n')]).toEqual([true, [expect.stringMatching(message)]]);
});
