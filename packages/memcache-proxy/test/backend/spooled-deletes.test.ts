import { describe, expect, it } from 'vitest';

import type { Backend } from '../../src/index.ts';
import { bytes, heard, startClassLab } from './class-lab.ts';
import { poolError } from './memory-pool.ts';

const unknown = { code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN' };
const timeout = poolError('ERR_MEMCACHE_TIMEOUT');
const noSpool = { add: () => Promise.reject(new Error('the disk is full')) };

describe.each(['TIMEOUT', 'NODE_DOWN', 'CONNECTION_LOST', 'OVERLOADED'])('after ERR_MEMCACHE_%s', (code) => {
  it('counts a delete as done that the spool took, and tells the hook of it', async () => {
    const { backend, main, writes, spooled } = startClassLab();
    main.failure = poolError(`ERR_MEMCACHE_${code}`);
    await expect(backend.delete('k')).resolves.toBe(true);
    await expect(backend.markStale('k')).resolves.toBe(true);
    expect([heard(writes), spooled]).toEqual([
      ['delete', 'delete'],
      ['main k', 'main k'],
    ]);
    expect(backend.stats()).toMatchObject({ writes: 2, spooled: 2, failures: 0 });
  });
});

it.each(['BAD_KEY', 'UNSUPPORTED'])(
  'spools no delete that the pool will never take, after ERR_MEMCACHE_%s',
  async (code) => {
    const { backend, main, writes, spooled } = startClassLab();
    main.failure = poolError(`ERR_MEMCACHE_${code}`);
    await expect(backend.delete('k')).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_REFUSED' });
    expect([writes, spooled]).toEqual([[], []]);
  },
);

it('spools the delete that a write needs of which nobody knows whether it was carried out', async () => {
  const { backend, main, spooled } = startClassLab();
  main.failure = timeout;
  const attempts = [
    backend.set('set', bytes('v')),
    backend.add('add', bytes('v')),
    backend.cas('cas', bytes('v'), 1n),
    backend.append('append', bytes('v')),
    backend.incr('incr', 1n),
    backend.touch('touch', 1),
    backend.gat('gat', 1),
    backend.meta({ command: 'ms', key: 'meta', flags: [], value: bytes('v') }),
    backend.deleteEverywhere('everywhere'),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject(unknown);
  const keys = ['set', 'add', 'cas', 'append', 'incr', 'touch', 'gat', 'meta', 'everywhere'];
  expect(spooled).toEqual(keys.map((key) => `main ${key}`));
});

describe('while the node that owns a key is down, and another one stands in for it', () => {
  const isAway = (): boolean => true;

  it('spools the delete that the stand-in has carried out, and tells the hook of it once', async () => {
    const { backend, main, writes, spooled } = startClassLab();
    Object.assign(main, { isAway });
    await expect(backend.delete('k')).resolves.toBe(false);
    expect([heard(writes), spooled]).toEqual([['delete'], ['main k']]);
  });

  it('spools, for the owner alone, what a write that the stand-in has taken leaves there', async () => {
    const entries: object[] = [];
    const { backend, main, writes } = startClassLab({}, { spool: { add: async (entry) => void entries.push(entry) } });
    Object.assign(main, { isAway });
    await backend.set('k', bytes('v'));
    await backend.incr('n', 1n);
    expect(entries).toMatchObject([
      { key: bytes('k'), reach: 'owner' },
      { key: bytes('n'), reach: 'owner' },
    ]);
    expect(heard(writes)).toEqual(['set v']);
  });

  it('spools what the owner has from before where the stand-in confirmed and another pool did not', async () => {
    const { backend, a, b, spooled } = startClassLab();
    Object.assign(a, { isAway });
    b.failure = timeout;
    await expect(backend.delete('c:k')).resolves.toBe(true);
    await expect(backend.set('c:k', bytes('v'))).rejects.toMatchObject(unknown);
    expect(spooled.toSorted()).toEqual(['a c:k', 'a c:k', 'b c:k', 'b c:k']);
  });

  it('spools what the owner has from before where the stand-in found the new value too large', async () => {
    const { backend, main, spooled } = startClassLab();
    Object.assign(main, { isAway });
    main.failure = poolError('ERR_MEMCACHE_VALUE_TOO_LARGE');
    await expect(backend.set('k', bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE' });
    expect(spooled).toEqual(['main k']);
  });

  it('fails a write of which the old value would come back, and has other regions forget the key', async () => {
    const { backend, main, writes } = startClassLab({}, { spool: noSpool });
    Object.assign(main, { isAway });
    await expect(backend.set('k', bytes('v'))).rejects.toMatchObject(unknown);
    expect(heard(writes)).toEqual(['set v', 'delete']);
  });

  it('fails the delete that nobody will make up for', async () => {
    const { backend, main } = startClassLab({}, { spool: noSpool });
    Object.assign(main, { isAway });
    await expect(backend.delete('k')).rejects.toMatchObject(unknown);
  });
});

it('spools nothing for a value that is too large, as memcached has dropped the old one', async () => {
  const { backend, main, spooled } = startClassLab();
  main.failure = poolError('ERR_MEMCACHE_VALUE_TOO_LARGE');
  await expect(backend.set('k', bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE' });
  expect(spooled).toEqual([]);
});

it.each([
  ['an entry for the owner', (backend: Backend) => backend.set('k', bytes('v')), [[1n, '1']]],
  [
    'an entry for every node, which no value of one node makes up for',
    (backend: Backend) => backend.deleteEverywhere('k'),
    [],
  ],
] as const)('keeps the proof of a value that is stored after %s', async (_name, fail, wanted) => {
  const kept: unknown[] = [];
  const { backend, main } = startClassLab(
    {},
    {
      spool: {
        add: async () => '1',
        keep: async ({ cas, ticket }) => {
          kept.push([cas, ticket]);
          return 'kept';
        },
      },
    },
  );
  main.failure = timeout;
  await expect(fail(backend)).rejects.toMatchObject(unknown);
  main.failure = undefined;
  await backend.set('k', bytes('v'));
  await backend.set('another', bytes('v'));
  expect(kept).toEqual(wanted);
});

it('tells the moment and keeps the bytes of the key, whatever the caller does with his', async () => {
  const entries: { pool: string; key: Buffer; failedAt: number }[] = [];
  const spool = { add: async (entry: (typeof entries)[number]) => void entries.push(entry) };
  const { backend, main } = startClassLab({}, { spool, poolName: 'east' });
  main.failure = timeout;
  const key = bytes('k');
  await backend.delete(key);
  key.fill('x');
  expect(entries).toEqual([{ pool: 'east', key: bytes('k'), failedAt: 1_800_000_000_000 }]);
});

describe('when the spool fails', () => {
  it('fails the delete, with both causes', async () => {
    const { backend, main, writes } = startClassLab({}, { spool: noSpool });
    main.failure = timeout;
    await expect(backend.delete('k')).rejects.toMatchObject({
      ...unknown,
      message: expect.stringContaining('could not be spooled') as string,
      cause: { errors: [timeout, new Error('the disk is full')] },
    });
    expect(heard(writes)).toEqual(['delete']);
    expect(backend.stats()).toMatchObject({ spooled: 0, failures: 1 });
  });

  it('stops waiting for one that never settles', async () => {
    const spool = { add: () => new Promise<never>(() => {}) };
    const { backend, main } = startClassLab({}, { spool, spoolTimeoutMs: 5 });
    main.failure = timeout;
    await expect(backend.delete('k')).rejects.toMatchObject(unknown);
  });

  it('lets the next write to the key start meanwhile', async () => {
    const spool = { add: () => new Promise<never>(() => {}) };
    const { backend, main } = startClassLab({}, { spool, onWrite: async () => void (main.failure = undefined) });
    main.failure = timeout;
    void backend.delete('k').catch(() => {});
    await expect(backend.set('k', bytes('v'))).resolves.toBeUndefined();
  });
});

it('fails a delete that the spool took and the hook did not', async () => {
  const { backend, main } = startClassLab({}, { onWrite: () => Promise.reject(new Error('full')) });
  main.failure = timeout;
  await expect(backend.delete('k')).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_HOOK_FAILED' });
});
