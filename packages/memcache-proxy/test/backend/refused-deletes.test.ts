import { describe, expect, it } from 'vitest';

import type { Backend, BackendClass, BackendOptions } from '../../src/index.ts';
import { bytes, type ClassLab, heard, held, startClassLab } from './class-lab.ts';
import { MemoryPool } from './memory-pool.ts';

const busy = { code: 'ERR_MEMCACHE_PROXY_WRITE_BUSY' };
const noHook = { onWrite: undefined } as unknown as Partial<BackendOptions>;

interface Held extends ClassLab {
  /** Ends the writes that are under way. */
  readonly open: () => void;
  /** Of the writes that are under way, and wait. */
  readonly others: Promise<unknown>[];
}

/** A backend where a `set` of `k` is under way, and as many wait behind it as may. */
function startHeld(options: Partial<BackendOptions> = {}, rules?: Partial<BackendClass>, key = 'k'): Held {
  const lab = startClassLab(rules, { maxPendingWrites: 1, ...options });
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  for (const pool of [lab.main, lab.a, lab.b]) pool.gate = gate;
  const others = [lab.backend.set(key, bytes('1')), lab.backend.set(key, bytes('2'))];
  // Where one of them is refused, it is the test's business or nobody's.
  for (const other of others) other.catch(() => {});
  return { ...lab, open, others };
}

const deletesOf = (pool: MemoryPool): string[] => pool.calls.filter((call) => call.startsWith('delete'));

it('spools a delete at once for which there is no room, and carries it out behind the writes ahead of it', async () => {
  const { backend, main, writes, spooled, open } = startHeld();
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  expect([spooled, main.calls]).toEqual([['main k'], []]);
  open();
  await backend.idle();
  expect(heard(writes)).toEqual(['set 1', 'set 2', 'delete']);
  expect([held(main, 'k'), deletesOf(main)]).toEqual([undefined, ['delete k']]);
  expect(backend.stats()).toMatchObject({ writes: 3, spooled: 1, failures: 1 });
});

it('does the same for one whose turn does not come in time', async () => {
  const { backend, main, writes, spooled, open, others } = startHeld({ maxPendingWrites: 10, queueTimeoutMs: 5 });
  await expect(others[1]).rejects.toMatchObject(busy);
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  expect(spooled).toEqual(['main k']);
  open();
  await backend.idle();
  expect([heard(writes), held(main, 'k')]).toEqual([['set 1', 'delete'], undefined]);
});

it('leaves what the client writes after the refusal', async () => {
  const { backend, main, writes, open, others } = startHeld({ maxPendingWrites: 10, queueTimeoutMs: 5 });
  await expect(others[1]).rejects.toMatchObject(busy);
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  const next = backend.set('k', bytes('3'));
  open();
  await next;
  await backend.idle();
  expect([heard(writes), held(main, 'k')]).toEqual([['set 1', 'delete', 'set 3'], '3']);
});

it('carries a second one out behind the writes that came after the first, and others of the key with it', async () => {
  const { backend, main, writes, open, others } = startHeld({ maxPendingWrites: 3 }, {}, 'j');
  const client = new AbortController();
  const first = backend.set('k', bytes('1'));
  const fill = [1, 2].map(() => backend.set('j', bytes('x'), { signal: client.signal }));
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  client.abort(new Error('gone'));
  for (const each of fill) await expect(each).rejects.toThrow('gone');
  const between = [backend.set('k', bytes('2')), backend.set('k', bytes('3'))];
  for (let count = 0; count < 5; count++) await expect(backend.delete('k')).rejects.toMatchObject(busy);
  open();
  await Promise.all([first, ...between, ...others]);
  await backend.idle();
  const ofKey = writes.filter(({ key }) => key.toString() === 'k');
  expect(heard(ofKey)).toEqual(['set 1', 'delete', 'set 2', 'set 3', 'delete']);
  expect([held(main, 'k'), deletesOf(main)]).toEqual([undefined, ['delete k', 'delete k']]);
});

it('proves values that are stored after it, and none of those that were ahead of it', async () => {
  const kept: bigint[] = [];
  const spool = {
    add: async () => '1',
    keep: async ({ cas }: { readonly cas: bigint }) => {
      kept.push(cas);
      return 'kept' as const;
    },
  };
  const { backend, main, open } = startHeld({ spool });
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  open();
  await backend.idle();
  expect(kept).toEqual([]);
  await backend.set('k', bytes('3'));
  expect(kept).toEqual([main.items.get('k')!.cas]);
});

it('is waited for by a reload', async () => {
  const { backend, main, open } = startHeld();
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  const reloaded = backend.reload({ pool: new MemoryPool() });
  open();
  await reloaded;
  expect(deletesOf(main)).toEqual(['delete k']);
});

it('is carried out although the spool fails, and the client is told of both', async () => {
  const full = new Error('the disk is full');
  const { backend, main, writes, open } = startHeld({ ...noHook, spool: { add: () => Promise.reject(full) } });
  await expect(backend.delete('k')).rejects.toMatchObject({
    ...busy,
    message: expect.stringContaining('could not be spooled') as string,
    cause: { errors: [undefined, full] },
  });
  open();
  await backend.idle();
  expect([held(main, 'k'), writes]).toEqual([undefined, []]);
});

it('is spooled once more when it fails in its turn', async () => {
  const { backend, main, writes, spooled, open } = startHeld();
  await expect(backend.delete('k')).rejects.toMatchObject(busy);
  main.nextFault = () => (deletesOf(main).length > 0 ? { error: new Error('gone'), isCarriedOut: false } : undefined);
  open();
  await backend.idle();
  expect([heard(writes).at(-1), spooled]).toEqual(['delete', ['main k', 'main k']]);
});

describe('a delete that did not get its turn is answered as done', () => {
  it('where no hook has to hear of it first', async () => {
    const { backend, open } = startHeld(noHook);
    await expect(backend.delete('k')).resolves.toBe(true);
    await expect(backend.markStale('k')).resolves.toBe(true);
    open();
    await backend.idle();
    expect(backend.stats()).toMatchObject({ failures: 0, spooled: 2 });
  });

  it('where the class writes async, for every pool of it', async () => {
    const { backend, a, b, writes, spooled, open } = startHeld({}, { writes: 'async' }, 'c:k');
    await expect(backend.delete('c:k')).resolves.toBe(true);
    expect(spooled).toEqual(['a c:k', 'b c:k']);
    open();
    await backend.idle();
    expect([held(a, 'c:k'), held(b, 'c:k'), heard(writes).at(-1)]).toEqual([undefined, undefined, 'delete']);
  });
});

it.each([
  ['deleteEverywhere', (backend: Backend) => backend.deleteEverywhere('k'), 'everywhere'],
  ['md with flags', (backend: Backend) => backend.meta({ command: 'md', key: 'k', flags: ['k', 'C7'] }), undefined],
] as const)('refuses a %s, whose answer nobody knows, and deletes the key all the same', async (_name, call, reach) => {
  const entries: object[] = [];
  const { backend, main, open } = startHeld({ ...noHook, spool: { add: async (entry) => void entries.push(entry) } });
  await expect(call(backend)).rejects.toMatchObject(busy);
  // A narrower one after it takes nothing from it.
  await expect(backend.delete('k')).resolves.toBe(true);
  open();
  await backend.idle();
  expect(entries[0]).toMatchObject({ pool: 'main', key: bytes('k') });
  expect((entries[0] as { reach?: string }).reach).toBe(reach);
  const isEverywhere = reach === 'everywhere';
  expect([held(main, 'k'), main.everywhereOptions.length]).toEqual([undefined, isEverywhere ? 1 : 0]);
  expect(main.calls.includes('md k')).toBe(!isEverywhere);
});

it('keeps the wider one of two that wait for the same turn', async () => {
  const { backend, main, open } = startHeld(noHook);
  await backend.delete('k');
  await expect(backend.deleteEverywhere('k')).rejects.toMatchObject(busy);
  await backend.delete('k');
  open();
  await backend.idle();
  expect(main.everywhereOptions).toHaveLength(1);
});

it('only spools those of keys above the bound, and refuses them', async () => {
  const { backend, main, spooled, open } = startHeld(noHook);
  void backend.set('j', bytes('1'));
  await expect(backend.delete('k')).resolves.toBe(true);
  await expect(backend.delete('j')).rejects.toMatchObject(busy);
  expect(spooled).toEqual(['main k', 'main j']);
  open();
  await backend.idle();
  expect(deletesOf(main)).toEqual(['delete k']);
  // The room is free again.
  let again = (): void => {};
  main.gate = new Promise((resolve) => (again = resolve));
  const others = [backend.set('j', bytes('2')), backend.set('j', bytes('3'))];
  await expect(backend.delete('j')).resolves.toBe(true);
  again();
  await Promise.all(others);
});

it('spools no delete of a read-only class, and none that memcached was not to carry out', async () => {
  const { backend, spooled, open } = startHeld({}, { readOnly: true });
  await expect(backend.delete('c:k')).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_ONLY' });
  await expect(backend.set('k', bytes('3'))).rejects.toMatchObject(busy);
  expect(spooled).toEqual([]);
  open();
  await backend.idle();
});
