import { expect, it, vi } from 'vitest';

import { createBackend, type BackendClass } from '../../src/index.ts';
import { bytes, held, NOW_SECONDS, startClassLab } from './class-lab.ts';
import { MemoryPool } from './memory-pool.ts';

it('sends keys to the pools of the class with the longest prefix, and all others to its own pool', async () => {
  const [main, outer, inner] = [new MemoryPool(), new MemoryPool(), new MemoryPool()];
  const classes: BackendClass[] = [
    { prefix: 'user:', pools: [{ name: 'outer', pool: outer }] },
    { prefix: 'user:session:', pools: [{ name: 'inner', pool: inner }] },
  ];
  const backend = createBackend({ pool: main, classes });
  for (const key of ['user', 'user:1', 'user:session:1', 'other']) await backend.set(bytes(key), bytes(key));
  expect([[...main.items.keys()], [...outer.items.keys()], [...inner.items.keys()]]).toEqual([
    ['user', 'other'],
    ['user:1'],
    ['user:session:1'],
  ]);
  const outcomes = await backend.getMany(['user:session:1', 'user', 'user:1', 'user:2']);
  expect(outcomes.map((item) => (item as { value: Buffer } | undefined)?.value.toString())).toEqual([
    'user:session:1',
    'user',
    'user:1',
    undefined,
  ]);
});

it('lets the class without a prefix take what no other class takes', async () => {
  const lab = startClassLab();
  await lab.backend.reload({
    pool: lab.main,
    classes: [
      { prefix: '', readOnly: true },
      { prefix: 'c:', pools: [{ name: 'a', pool: lab.a }] },
    ],
  });
  await expect(lab.backend.set('k', bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_ONLY' });
  await expect(lab.backend.set('c:k', bytes('v'))).resolves.toBeUndefined();
});

it('brings times to live within the bounds of the class, and tells the hook of what it stored', async () => {
  const { backend, a, writes } = startClassLab({ minTtlSeconds: 10, maxTtlSeconds: 60 });
  await backend.set('c:k', bytes('v'));
  await backend.set('c:k', bytes('v'), { ttlSeconds: 1 });
  await backend.touch('c:k', 0);
  await backend.gat('c:k', 3600);
  expect(a.ttls).toEqual([60, 10, 60, 60]);
  expect(writes.slice(0, 2)).toMatchObject([{ expiresAt: NOW_SECONDS + 60 }, { expiresAt: NOW_SECONDS + 10 }]);
});

it('refuses every write to a read-only class, and reads it without leases', async () => {
  const { backend, a, writes } = startClassLab({ readOnly: true });
  await a.set('c:k', bytes('v'));
  a.calls.length = 0;
  const refused = { code: 'ERR_MEMCACHE_PROXY_READ_ONLY' };
  const value = bytes('w');
  const attempts = [
    backend.set('c:k', value),
    backend.add('c:k', value),
    backend.replace('c:k', value),
    backend.cas('c:k', value, 1n),
    backend.append('c:k', value),
    backend.prepend('c:k', value),
    backend.delete('c:k'),
    backend.deleteEverywhere('c:k'),
    backend.markStale('c:k'),
    backend.touch('c:k', 1),
    backend.gat('c:k', 1),
    backend.incr('c:k', 1n),
    backend.decr('c:k', 1n),
    backend.read('c:k', { touchSeconds: 1 }),
    backend.meta({ command: 'md', key: 'c:k', flags: [] }),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject(refused);
  expect(a.calls).toEqual([]);
  expect(writes).toEqual([]);
  await expect(backend.read('c:k', { leaseSeconds: 5, refreshBelowSeconds: 5 })).resolves.toMatchObject({
    status: 'hit',
  });
  expect(a.readOptions).toEqual([{}]);
  const sent = vi.spyOn(a, 'meta');
  await backend.meta({ command: 'mg', key: 'c:k', flags: ['v', 'R30', 'N30', 'k'] });
  expect(sent.mock.calls.map(([request]) => request.flags)).toEqual([['v', 'k']]);
  await backend.flushAll();
  expect(held(a, 'c:k')).toBe('v');
});

it('copies calls to the shadow without waiting for it, and never takes an answer from it', async () => {
  const shadow = new MemoryPool();
  shadow.gate = new Promise(() => {});
  const { backend, a, b } = startClassLab({ shadow });
  const value = bytes('1');
  await backend.set('c:k', value);
  await expect(backend.get('c:k')).resolves.toMatchObject({ value: bytes('1') });
  await expect(backend.cas('c:k', bytes('2'), a.items.get('c:k')!.cas)).resolves.toBe('stored');
  await backend.delete('c:k');
  expect([held(a, 'c:k'), held(b, 'c:k')]).toEqual([undefined, undefined]);
  expect(shadow.asked).toEqual(['set c:k', 'get c:k', 'delete c:k', 'delete c:k']);
});

it('empties the shadows too, without waiting for them, but not one that only classes use which nobody may write', async () => {
  const [shadow, other] = [new MemoryPool(), new MemoryPool()];
  const main = new MemoryPool();
  shadow.gate = new Promise(() => {});
  const classes = [
    { prefix: 'a:', shadow },
    { prefix: 'b:', shadow },
    { prefix: 'r:', shadow: other, readOnly: true },
  ];
  const backend = createBackend({ pool: main, classes });
  await backend.flushAll();
  expect([main.asked, shadow.asked, other.asked]).toEqual([['flush *'], ['flush *'], []]);
});

it('gives the shadow the bytes as they were', async () => {
  const shadow = new MemoryPool();
  let open = (): void => {};
  shadow.gate = new Promise((resolve) => (open = resolve));
  const { backend } = startClassLab({ shadow });
  const value = bytes('1');
  await backend.set('c:k', value);
  value.fill('x');
  open();
  await vi.waitFor(() => expect(held(shadow, 'c:k')).toBe('1'));
});

it.each([
  [{ prefix: 'a b' }, 'the class "a b": a prefix must not contain spaces or control characters, got 0x20 at byte 1'],
  [{ prefix: 'a', pools: [] }, 'the class "a": pools must not be empty'],
  [
    { prefix: 'a', reads: 'any' as 'first' },
    `the class "a": reads must be 'first', 'miss-failover' or 'fastest', got any`,
  ],
  [{ prefix: 'a', writes: 'any' as 'all' }, `the class "a": writes must be 'all', 'first-success' or 'async', got any`],
  [{ prefix: 'a', maxTtlSeconds: 0 }, 'the class "a": maxTtlSeconds must be a whole number of at least 1, got 0'],
  [{ prefix: 'c:' }, 'there are two classes with the prefix "c:"'],
  [{ prefix: 'a', pools: [{ name: 'a', pool: new MemoryPool() }] }, 'there are two pools with the name "a"'],
  [{ prefix: 'a', pools: [{ name: '', pool: new MemoryPool() }] }, 'every pool must have a name'],
])('refuses the class %j', (each, problem) => {
  const pools = [{ name: 'a', pool: new MemoryPool() }];
  const make = (): unknown => createBackend({ pool: new MemoryPool(), classes: [{ prefix: 'c:', pools }, each] });
  expect(make).toThrow(problem);
});

it('refuses more than 1,024 classes, and one pool twice in a class', () => {
  const pool = new MemoryPool();
  const classes = Array.from({ length: 1025 }, (_, index) => ({ prefix: `${index}:` }));
  expect(() => createBackend({ pool, classes })).toThrow('there can be 1024 classes at most, got 1025');
  const twice = {
    prefix: 'c:',
    pools: [
      { name: 'a', pool },
      { name: 'a', pool },
    ],
  };
  expect(() => createBackend({ pool, classes: [twice] })).toThrow('the class "c:": pools must be different ones');
});
