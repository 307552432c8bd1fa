import { expect, it, vi } from 'vitest';

import { bytes, heard, held, startClassLab } from './class-lab.ts';

const reason = new Error('the client has gone');

it('starts nothing when the signal is aborted already', async () => {
  const { backend, main, writes } = startClassLab();
  await expect(backend.set('k', bytes('v'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect([main.asked, writes]).toEqual([[], []]);
});

it('carries out a write that has started, and tells the hook of it, although its client has gone', async () => {
  const { backend, main, writes } = startClassLab();
  let open = (): void => {};
  main.gate = new Promise((resolve) => (open = resolve));
  const controller = new AbortController();
  const write = backend.set('k', bytes('v'), { signal: controller.signal });
  controller.abort(reason);
  await expect(write).rejects.toBe(reason);
  open();
  await vi.waitFor(() => expect(heard(writes)).toEqual(['set v']));
  expect([held(main, 'k'), backend.stats().failures]).toEqual(['v', 0]);
});

it('gives up the turn that a write waits for', async () => {
  const { backend, main, writes } = startClassLab();
  let open = (): void => {};
  main.gate = new Promise((resolve) => (open = resolve));
  const controller = new AbortController();
  const ends = [backend.set('k', bytes('1')), backend.set('k', bytes('2'), { signal: controller.signal })];
  const last = backend.set('k', bytes('3'));
  controller.abort(reason);
  await expect(ends[1]).rejects.toBe(reason);
  open();
  await last;
  expect(heard(writes)).toEqual(['set 1', 'set 3']);
});

it('ends a read with the reason of the signal, and counts no failure', async () => {
  const { backend, main } = startClassLab({ reads: 'miss-failover' });
  main.failure = reason;
  const signal = AbortSignal.abort(reason);
  await expect(backend.get('k', { signal })).rejects.toBe(reason);
  await expect(backend.gets('k', { signal })).rejects.toBe(reason);
  await expect(backend.read('k', { signal })).rejects.toBe(reason);
  await expect(backend.getMany(['k'], { signal })).rejects.toBe(reason);
  await backend.reload({ pool: main });
  await expect(backend.getMany(['k'], { signal })).rejects.toBe(reason);
  expect(backend.stats()).toMatchObject({ failures: 0 });
});
