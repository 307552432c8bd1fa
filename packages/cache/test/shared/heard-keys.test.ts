import { describe, expect, it } from 'vitest';

import { createHeardKeys, type HeardKeysOptions } from '../../src/shared/heard-keys.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly deleted: string[];
  readonly failures: unknown[];
  readonly options: HeardKeysOptions;
  epoch: string;
  isDown: boolean;
  clears: number;
}

function bench(maxKeys = 10): Bench {
  const clock = createFakeClock();
  const made: Bench = {
    clock,
    deleted: [],
    failures: [],
    epoch: 'e1',
    isDown: false,
    clears: 0,
    options: {
      clock,
      random: () => 0,
      maxKeys,
      delete: async (key) => {
        if (made.isDown) throw new Error('down');
        made.deleted.push(key);
      },
      onFailure: (error) => void made.failures.push(error),
      epochs: () => [made.epoch],
      epochOf: () => made.epoch,
      clear: async () => {
        made.clears++;
        made.epoch = `e${made.clears + 1}`;
      },
    },
  };
  return made;
}

describe('createHeardKeys()', () => {
  it('holds keys until their deletes are confirmed', async () => {
    const made = bench();
    const heard = createHeardKeys(made.options);
    heard.add(['a', 'b']);
    expect([heard.has('a'), heard.has('b'), heard.has('c')]).toEqual([true, true, false]);
    await heard.attempted();
    expect([heard.has('a'), heard.has('b')]).toEqual([false, false]);
    expect(made.deleted).toEqual(['a', 'b']);
    heard.close();
  });

  it('tries again what failed, and reports it', async () => {
    const made = bench();
    made.isDown = true;
    const heard = createHeardKeys(made.options);
    heard.add(['a']);
    await heard.attempted();
    await expect.poll(() => made.failures).toHaveLength(1);
    expect(heard.has('a')).toBe(true);
    made.isDown = false;
    await made.clock.advance(50);
    await expect.poll(() => heard.has('a')).toBe(false);
    heard.close();
  });

  it('deletes what a server takes although another one is down', async () => {
    const made = bench(2000);
    const away = Array.from({ length: 600 }, (_, at) => `away-${at}`);
    const heard = createHeardKeys({
      ...made.options,
      delete: async (key) => {
        if (key.startsWith('away')) throw new Error('down');
        made.deleted.push(key);
      },
    });
    heard.add([...away, 'here']);
    await made.clock.advance(200);
    expect(made.deleted).toEqual(['here']);
    expect([heard.has('here'), away.every((key) => heard.has(key))]).toEqual([false, true]);
    heard.close();
  });

  it('deletes again what is heard again while it is deleted', async () => {
    const made = bench();
    const heard = createHeardKeys(made.options);
    heard.add(['a']);
    heard.add(['a']);
    await heard.attempted();
    await expect.poll(() => made.deleted).toEqual(['a', 'a']);
    expect(heard.has('a')).toBe(false);
    heard.close();
  });

  it('holds everything of an epoch when too much waits, and has a new one begin', async () => {
    const made = bench(2);
    made.isDown = true;
    const heard = createHeardKeys(made.options);
    heard.add(['a', 'b', 'c']);
    expect(heard.has('z')).toBe(true);
    await made.clock.advance(50);
    await expect.poll(() => made.clears).toBe(1);
    expect(heard.has('z')).toBe(false);
    heard.close();
  });

  it('leaves the clear to another process that was faster', async () => {
    const made = bench(2);
    const heard = createHeardKeys(made.options);
    heard.add(['a', 'b', 'c']);
    made.epoch = 'of another';
    await made.clock.advance(50);
    heard.add(['d']);
    await expect.poll(() => made.deleted).toEqual(['d']);
    expect(made.clears).toBe(0);
    heard.close();
  });

  it('stops when it is closed', async () => {
    const made = bench();
    made.isDown = true;
    const heard = createHeardKeys(made.options);
    heard.add(['a']);
    await heard.attempted();
    await expect.poll(() => made.failures).toHaveLength(1);
    heard.close();
    made.isDown = false;
    await made.clock.advance(10_000);
    heard.add(['b']);
    expect(made.deleted).toEqual([]);
  });
});
