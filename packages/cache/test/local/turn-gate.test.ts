import type { Clock } from '@lockstep/core';
import { createMemoryLog } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { createCache } from '../../src/create-cache.ts';
import { createServingGate, type ServingGate } from '../../src/local/serving-gate.ts';

/** A clock that counts who looks at it. */
class Machine {
  time = 5000;
  looks = 0;
  heardAt = 5000;

  readonly clock: Clock = {
    now: () => {
      this.looks++;
      return Math.floor(this.time);
    },
    monotonic: () => this.time,
    setTimer: () => ({ cancel() {} }),
  };

  gate(): ServingGate {
    const horizonAgeMs = (): number => this.time - this.heardAt;
    return createServingGate({ clock: this.clock, horizonAgeMs, maxStalenessMs: 2000, clockPer: 'turn' });
  }
}

describe('a gate with one look per turn', () => {
  it('looks once for the hits of one piece of code, and again in the next', async () => {
    const machine = new Machine();
    const gate = machine.gate();
    for (let hit = 0; hit < 10; hit++) gate.hitMoment();
    expect(machine.looks).toBe(1);
    machine.time += 5000;
    await Promise.resolve();
    expect(gate.hitMoment()).toBe(Infinity);
    expect(machine.looks).toBe(2);
  });

  it('makes nothing for the end of a turn while hits come alone, and notices soon when they no longer do', async () => {
    const machine = new Machine();
    const gate = machine.gate();
    const looksOf = async (hits: number): Promise<number> => {
      const before = machine.looks;
      for (let hit = 0; hit < hits; hit++) gate.hitMoment();
      await Promise.resolve();
      return machine.looks - before;
    };
    expect(await looksOf(1)).toBe(1);
    // It came alone: the next ones look for themselves, in whatever turn they come, but for one that tries again.
    expect(await looksOf(10)).toBe(10);
    expect(await looksOf(10)).toBe(7);
    // The tries found company.
    expect(await looksOf(10)).toBe(1);
    expect(await looksOf(10)).toBe(1);
  });

  it('sees the time go by in a piece of code that never ends', () => {
    const machine = new Machine();
    const gate = machine.gate();
    const first = gate.hitMoment();
    machine.time += 5000;
    let hits = 1;
    while (gate.hitMoment() === first) hits++;
    expect(hits).toBe(64);
    expect(gate.hitMoment()).toBe(Infinity);
  });

  it('looks every time for whoever asks for more than a hit', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.hitMoment()).not.toBe(Infinity);
    machine.time += 5000;
    expect(gate.moment()).toBe(Infinity);
  });

  it('looks again when it is told that the horizon was lost', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.hitMoment()).not.toBe(Infinity);
    machine.heardAt = -Infinity;
    gate.recheck();
    expect(gate.hitMoment()).toBe(Infinity);
  });

  it('is what a cache has that is told so, and no other word will do', async () => {
    const machine = new Machine();
    await using log = createMemoryLog({ namespace: 'turn' });
    expect(() => createCache({ log, clockPer: 'second' as never })).toThrow("clockPer must be 'hit' or 'turn'");
    await using cache = createCache({ log, clock: machine.clock, clockPer: 'turn' });
    await cache.ready;
    const rows = cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    await rows.get('1');
    const before = machine.looks;
    for (let hit = 0; hit < 60; hit++) expect(rows.peek('1')).toBe('1');
    expect(machine.looks - before).toBeLessThan(20);
  });
});
