import { expect, it } from 'vitest';

import { RedisGate } from '../../src/spool/redis-gate.ts';
import { createManualClock } from '../text/manual-clock.ts';

it('closes after a failure for longer each time, and opens with a success', async () => {
  const clock = createManualClock();
  const gate = new RedisGate(clock, () => 0);
  const fails = (): Promise<never> => Promise.reject(new Error('away'));
  await expect(gate.pass(fails)).rejects.toThrow('away');
  expect(gate.isOpen).toBe(false);
  clock.advance(50);
  expect(gate.isOpen).toBe(true);
  await expect(gate.pass(fails)).rejects.toThrow('away');
  clock.advance(99);
  expect(gate.isOpen).toBe(false);
  await expect(gate.pass(() => Promise.resolve('back'))).resolves.toBe('back');
  expect(gate.isOpen).toBe(true);
});
