import { describe, expect, it } from 'vitest';

import { openLab } from '../lab.ts';

describe('a gateway', () => {
  it('asks the source once for what is missing, however many of its readers ask, and serves the store then', async () => {
    await using lab = openLab();
    lab.source.takesMs = 100;
    const gateway = lab.gateway();
    const reads = Array.from({ length: 50 }, () => gateway.of(lab.coupons).read('7'));
    await lab.clock.advance(100);
    const answers = await Promise.all(reads);
    expect(answers.map(({ state }) => state)).toEqual(Array(50).fill('loaded'));
    expect(answers[0]!.data.get('a')).toEqual({ id: 'a', version: 1 });
    expect(lab.source.calls).toEqual(['coupons:7']);
    await lab.clock.advance(1000);
    expect(await gateway.of(lab.coupons).read('7')).toMatchObject({
      state: 'fresh',
      ageMs: 1100,
      freshForMs: 8900,
      size: 2,
    });
    expect(lab.source.calls).toHaveLength(1);
    expect(lab.errors).toEqual([]);
  });

  it('asks the source once for all processes', async () => {
    await using lab = openLab();
    lab.source.takesMs = 300;
    const reads = Array.from({ length: 4 }, () => lab.gateway()).map((gateway) => gateway.read('coupons:7'));
    await lab.clock.advance(1000);
    const states = (await Promise.all(reads)).map(({ state }) => state).toSorted();
    expect(states).toEqual(['fresh', 'fresh', 'fresh', 'loaded']);
    expect(lab.source.calls).toHaveLength(1);
  });

  it('is woken by the log when another process has stored what it waits for', async () => {
    await using lab = openLab();
    lab.source.takesMs = 3000;
    const [first, second] = [lab.gateway(), lab.gateway()];
    const reads = [first.read('coupons:7'), second.read('coupons:7')];
    await lab.clock.advance(3001);
    expect((await Promise.all(reads)).map(({ ageMs }) => ageMs)).toEqual([3000, 3000]);
  });
});
