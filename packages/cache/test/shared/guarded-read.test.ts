import { describe, expect, it } from 'vitest';

import { guardShared } from '../../src/shared/guarded-store.ts';
import { noSharedTier } from '../../src/shared/no-shared-tier.ts';
import type { SharedAnswer, SharedStore, SharedValue } from '../../src/shared/shared-tier.ts';
import { createHandClock } from './hand-clock.ts';

const bound = { timeoutMs: 100 };
const value: SharedValue = { bytes: '1', freshForMs: 1, tags: [], tagEpoch: '', tagSequence: 0 };

/** A guarded store whose plain reads are answered by the test. */
function guarded(over: Partial<SharedStore> = {}) {
  const clock = createHandClock();
  const errors: Error[] = [];
  const asked: SharedAnswer[] = [];
  const told: unknown[] = [];
  const store = guardShared(
    { ...noSharedTier().open({} as never), read: (_key, _bound, answer) => void asked.push(answer), ...over },
    { clock, random: () => 0, onError: (error) => void errors.push(error), openAfter: 2 },
  );
  const read = (): void =>
    store.read!('k', bound, {
      succeeded: (found) => void told.push(found),
      failed: (error) => void told.push(error),
    });
  return { store, clock, errors, asked, told, read };
}

describe('a guarded read without a promise', () => {
  it('tells what was found, once', () => {
    const { asked, told, read } = guarded();
    read();
    asked[0]!.succeeded(value);
    asked[0]!.succeeded(undefined);
    expect(told).toEqual([value]);
  });

  it('is a miss when its time is up, whatever comes later', () => {
    const { clock, asked, errors, told, read } = guarded();
    read();
    clock.advance(99);
    expect(told).toEqual([]);
    clock.advance(1);
    asked[0]!.succeeded(value);
    asked[0]!.failed(new Error('late'));
    expect(told).toEqual([undefined]);
    expect(errors).toMatchObject([{ code: 'ERR_CACHE_SHARED_UNAVAILABLE' }]);
  });

  it('is a miss when it fails or throws, which opens the circuit', async () => {
    const { store, asked, told, read } = guarded();
    read();
    asked[0]!.failed(new Error('broken'));
    read();
    asked[1]!.failed(new Error('broken'));
    expect(told).toEqual([undefined, undefined]);
    expect(store.state).toBe('open');
    read();
    expect(asked).toHaveLength(2);
    await expect.poll(() => told).toEqual([undefined, undefined, undefined]);

    const throwing = guarded({
      read: () => {
        throw new Error('thrown');
      },
    });
    throwing.read();
    expect(throwing.told).toEqual([]);
    await expect.poll(() => throwing.told).toEqual([undefined]);
  });

  it('closes the circuit again when it is answered', () => {
    const { store, clock, asked, read } = guarded();
    for (const place of [0, 1]) {
      read();
      asked[place]!.failed(new Error('broken'));
    }
    clock.advance(100);
    read();
    asked[2]!.succeeded(undefined);
    expect(store.state).toBe('ok');
  });

  it('asks by promise where a store knows no other way', async () => {
    const without = noSharedTier().open({} as never);
    const store = guardShared(
      { ...without, get: async () => value },
      {
        clock: createHandClock(),
        random: () => 0,
        onError: () => {},
      },
    );
    const found = await new Promise((succeeded, failed) => store.read!('k', bound, { succeeded, failed }));
    expect(found).toBe(value);
  });
});
