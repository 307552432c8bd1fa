import { createMetaDriver, type NodeAddress } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { ClassClearer } from '../src/walk/class-clearer.ts';
import { nodesOfClass } from '../src/walk/nodes-of-class.ts';

const addressOf = ({ host, port }: MemcachedServer): NodeAddress => ({ host, port });

function drive(server: MemcachedServer) {
  return createMetaDriver(addressOf(server), { keys: 'binary' });
}

async function fill(server: MemcachedServer, names: readonly (string | Buffer)[]): Promise<void> {
  await using driver = drive(server);
  const value = Buffer.from('v');
  await driver.batch(
    names.map((key) => ({ kind: 'set' as const, key: Buffer.from(key as string), value, flags: 0, expiresAt: 0 })),
  );
}

async function held(server: MemcachedServer, names: readonly (string | Buffer)[]): Promise<(string | Buffer)[]> {
  await using driver = drive(server);
  const found = await driver.getMany(names);
  return names.filter((_, at) => found[at] !== undefined);
}

const clearerOf = (servers: readonly MemcachedServer[], flushed: NodeAddress[] = []): ClassClearer =>
  new ClassClearer({ nodesOf: () => servers.map(addressOf), onFlushed: (node) => void flushed.push(node) });

it('deletes every key of a class on every node, whatever bytes it has, and nothing else', async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const users = Array.from({ length: 20_000 }, (_, n) => `user:${n}`);
  const odd = [
    'user:%41',
    'user:é',
    'user:with space',
    `user:${'x'.repeat(245)}`,
    Buffer.from('user:\xff\x01', 'latin1'),
  ];
  const others = ['users', 'use', 'item:user:1'];
  for (const server of [one, two]) await fill(server, [...users, ...odd, ...others]);
  await clearerOf([one, two]).clear([Buffer.from('user:')], { timeoutMs: 20_000 });
  for (const server of [one, two]) {
    await expect(held(server, [...users, ...odd])).resolves.toEqual([]);
    await expect(held(server, others)).resolves.toEqual(others);
  }
});

it('passes over no key while others come and go', async () => {
  await using server = await startMemcached();
  const users = Array.from({ length: 5000 }, (_, n) => `user:${n}`);
  await fill(server, users);
  const isDone = { yet: false };
  const churn = (async () => {
    await using driver = drive(server);
    for (let n = 0; !isDone.yet; n += 1) {
      await Promise.all([driver.set(`noise:${n % 5000}`, 'n'), driver.delete(`noise:${(n * 7) % 5000}`)]);
      await driver.getMany(users.slice(0, 50));
    }
  })();
  await clearerOf([server]).clear([Buffer.from('user:')], { timeoutMs: 20_000 });
  isDone.yet = true;
  await churn;
  await expect(held(server, users)).resolves.toEqual([]);
});

it('empties a node that cannot walk, and says which', async () => {
  await using off = await startMemcached({ args: ['-o', 'no_lru_crawler'] });
  const flushed: NodeAddress[] = [];
  await fill(off, ['user:1', 'item:1']);
  await clearerOf([off], flushed).clear([Buffer.from('user:')], { timeoutMs: 5000 });
  await expect(held(off, ['user:1', 'item:1'])).resolves.toEqual([]);
  expect(flushed).toEqual([addressOf(off)]);
});

it('takes an empty prefix for that of all keys, and leaves those that are to be kept', async () => {
  await using server = await startMemcached();
  await fill(server, ['item:1', 'user:1', 'session:1', 'session:2']);
  const clearer = new ClassClearer({
    nodesOf: () => [addressOf(server)],
    isKept: (key) => key.toString().startsWith('session:'),
  });
  await clearer.clear([Buffer.alloc(0)], { timeoutMs: 5000 });
  await expect(held(server, ['item:1', 'user:1', 'session:1', 'session:2'])).resolves.toEqual([
    'session:1',
    'session:2',
  ]);
});

it('is not done while one node is away, and does it when that is back', async () => {
  await using here = await startMemcached();
  await using away = await startMemcached();
  await fill(away, ['user:1']);
  await away.freeze();
  const clearer = clearerOf([here, away]);
  await expect(clearer.clear([Buffer.from('user:')], { timeoutMs: 500 })).rejects.toThrow(/500 ms|timeout|aborted/i);
  await away.thaw();
  await clearer.clear([Buffer.from('user:')], { timeoutMs: 10_000 });
  await expect(held(away, ['user:1'])).resolves.toEqual([]);
});

it('shares a walk among those that ask while another is under way', async () => {
  let walks = 0;
  await using server = await startMemcached();
  const clearer = new ClassClearer({
    nodesOf: () => {
      walks += 1;
      return [addressOf(server)];
    },
  });
  const first = clearer.clear([Buffer.from('a:')], { timeoutMs: 5000 });
  await expect.poll(() => walks).toBe(1);
  const others = Array.from({ length: 15 }, () => clearer.clear([Buffer.from('a:')], { timeoutMs: 5000 }));
  await Promise.all([first, ...others]);
  expect(walks).toBeLessThanOrEqual(2);
});

it('goes to the pools of the class, of classes inside it, and to their gutters', () => {
  const node = (port: number) => ({ name: `n${port}`, address: `h:${port}`, host: 'h', port, weight: 1 });
  const pool = (port: number, gutter?: string) => ({
    hash: 'ketama',
    nodes: [node(port)],
    ...(gutter === undefined ? {} : { gutter }),
  });
  const region = {
    pool: pool(1),
    pools: new Map([
      ['spare', pool(2, 'gutter')],
      ['gutter', pool(3)],
      ['old', pool(4)],
    ]),
  };
  const classes = [
    { prefix: 'user:', policy: 'invalidate' as const },
    { prefix: 'user:tmp:', policy: 'none' as const, pools: ['spare'] },
    { prefix: 'old:', policy: 'none' as const, pools: ['old'] },
  ];
  const portsOf = (prefix: string) =>
    nodesOfClass({ classes }, region, Buffer.from(prefix)).map((address) => (address as { port: number }).port);
  expect(portsOf('user:')).toEqual([1, 2, 3]);
  expect(portsOf('old:')).toEqual([4]);
  expect(portsOf('none:')).toEqual([1]);
  expect(portsOf('')).toEqual([1, 2, 4, 3]);
});
