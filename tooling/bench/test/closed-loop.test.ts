import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { closedLoop } from '../src/harness/closed-loop.ts';

describe('closedLoop', () => {
  it('keeps as many operations in flight as it was told, and no more', async () => {
    let inFlight = 0;
    let most = 0;
    const rate = await closedLoop(8, 20, async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await turn();
      inFlight -= 1;
    });
    expect(most).toBe(8);
    expect(inFlight).toBe(0);
    expect(rate).toBeGreaterThan(0);
  });

  it('numbers the operations without a gap', async () => {
    const seen: number[] = [];
    await closedLoop(3, 5, async (index) => {
      seen.push(index);
      await turn();
    });
    expect(seen).toEqual(seen.map((_, index) => index));
  });

  it('throws what an operation threw, once the others have ended', async () => {
    let inFlight = 0;
    const run = closedLoop(4, 20, async (index) => {
      inFlight += 1;
      await turn();
      inFlight -= 1;
      if (index === 5) throw new Error('the sixth');
    });
    await expect(run).rejects.toThrow('the sixth');
    expect(inFlight).toBe(0);
  });
});
