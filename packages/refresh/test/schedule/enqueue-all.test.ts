import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { systemClock } from '@lockstep/core';
import { expect, it } from 'vitest';

import { enqueueAll } from '../../src/schedule/enqueue-all.ts';

it('has many calls under way at once, which all end with one signal, and Node warns of no leak', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  const stop = new AbortController();
  let waiting = 0;
  const enqueue = async (_task: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<never> => {
    waiting += 1;
    await once(new EventEmitter(), 'never', { signal: signal! });
    throw new Error('it never comes');
  };
  const queued = enqueueAll({
    queue: { enqueue },
    keys: Array.from({ length: 100 }, (_, id) => `k${id}`),
    reason: 'scheduled',
    requestedAt: () => 0,
    clock: systemClock,
    random: Math.random,
    onError: () => undefined,
    signal: stop.signal,
  });
  await expect.poll(() => waiting).toBe(32);
  const reason = new Error('that is all');
  stop.abort(reason);
  await expect(queued).rejects.toBe(reason);
  await turn();
  process.off('warning', hear);
  expect([waiting, warnings]).toEqual([32, []]);
});
