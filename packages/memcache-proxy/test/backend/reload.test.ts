import { expect, it, vi } from 'vitest';

import { bytes, heard, held, startClassLab } from './class-lab.ts';
import { MemoryPool, poolError } from './memory-pool.ts';

it('ends calls under way on the old pools, and resolves when they have', async () => {
  const { backend, main } = startClassLab();
  let open = (): void => {};
  main.gate = new Promise((resolve) => (open = resolve));
  main.items.set('k', { value: bytes('old'), flags: 0, cas: 1n });
  const reads = [backend.get('k'), backend.gets('k'), backend.getMany(['k']), backend.read('k')];
  const write = backend.set('other', bytes('v'));
  const next = new MemoryPool();
  let isDone = false;
  const reloaded = backend.reload({ pool: next }).then(() => (isDone = true));
  await expect(backend.get('k')).resolves.toBeUndefined();
  expect(isDone).toBe(false);
  open();
  await Promise.all([...reads, write, reloaded]);
  expect([held(main, 'other'), held(next, 'other')]).toEqual(['v', undefined]);
});

it('lets calls that fail end as well', async () => {
  const { backend, main } = startClassLab({ readOnly: true });
  main.failure = poolError('ERR_MEMCACHE_TIMEOUT');
  const calls = [
    backend.get('k'),
    backend.getMany(['k', 'l']),
    backend.read('k'),
    backend.set('k', bytes('v')),
    backend.delete('c:k'),
    backend.flushAll(),
    backend.meta({ command: 'mg', key: 'k', flags: [] }),
  ];
  await Promise.allSettled(calls);
  await expect(backend.reload({ pool: new MemoryPool() })).resolves.toBeUndefined();
});

it('keeps the order of the writes to a key across a reload', async () => {
  const { backend, main, writes } = startClassLab();
  let open = (): void => {};
  main.gate = new Promise((resolve) => (open = resolve));
  const before = backend.set('k', bytes('1'));
  const next = new MemoryPool();
  const reloaded = backend.reload({ pool: next });
  const after = backend.set('k', bytes('2'));
  await expect(backend.set('other', bytes('v'))).resolves.toBeUndefined();
  expect(next.asked).toEqual(['set other']);
  open();
  await Promise.all([before, reloaded, after]);
  expect(heard(writes)).toEqual(['set v', 'set 1', 'set 2']);
});

it('waits for pools that a call was answered without', async () => {
  const { backend, main, a } = startClassLab({ writes: 'first-success' });
  let open = (): void => {};
  a.gate = new Promise((resolve) => (open = resolve));
  await backend.set('c:k', bytes('v'));
  let isDone = false;
  const reloaded = backend.reload({ pool: main }).then(() => (isDone = true));
  await backend.get('k');
  expect(isDone).toBe(false);
  open();
  await reloaded;
  expect(held(a, 'c:k')).toBe('v');
});

it('changes nothing when the new classes make no sense', async () => {
  const { backend, main, a } = startClassLab();
  await backend.set('c:k', bytes('v'));
  await expect(backend.reload({ pool: main, classes: [{ prefix: 'c:', pools: [] }] })).rejects.toThrow(
    new TypeError('the class "c:": pools must not be empty'),
  );
  await backend.set('c:k', bytes('w'));
  expect(held(a, 'c:k')).toBe('w');
  expect(backend.stats().classes.get('c:')).toMatchObject({ writes: 2 });
});

it('keeps the counts in all and of the classes that stay', async () => {
  const { backend, main } = startClassLab();
  await backend.set('c:k', bytes('v'));
  await backend.getMany(['c:k', 'c:none', 'k']);
  const classes = [{ prefix: 'c:' }, { prefix: 'd:' }];
  await backend.reload({ pool: main, classes });
  await backend.get('c:k');
  const counts = { reads: 0, hits: 0, misses: 0, writes: 0, failures: 0, spooled: 0 };
  expect(backend.stats()).toEqual({
    ...counts,
    reads: 4,
    hits: 1,
    misses: 3,
    writes: 1,
    classes: new Map([
      ['', { ...counts, reads: 1, misses: 1 }],
      ['c:', { ...counts, reads: 3, hits: 1, misses: 2, writes: 1 }],
      ['d:', counts],
    ]),
  });
  await backend.reload({ pool: main });
  expect([...backend.stats().classes.keys()]).toEqual(['']);
  expect(backend.stats().reads).toBe(4);
});

it('waits for a stream of answers from all nodes, also when it is left early', async () => {
  const { backend } = startClassLab();
  const answers = backend.readEverywhere('k')[Symbol.asyncIterator]();
  await expect(answers.next()).resolves.toMatchObject({ value: { node: { host: 'memory' } } });
  let isDone = false;
  const reloaded = backend.reload({ pool: new MemoryPool() }).then(() => (isDone = true));
  await backend.get('k');
  expect(isDone).toBe(false);
  await answers.return?.();
  await vi.waitFor(() => expect(isDone).toBe(true));
  await reloaded;
});
