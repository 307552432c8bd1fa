import { type Clock, systemClock } from '@lockstep/core';
import { expect, it } from 'vitest';

import { createTroubleLog } from '../src/trouble-log.ts';

it('logs the first failure of a kind, and then how many there were in ten seconds', () => {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const lines: unknown[] = [];
  const warn = (facts: unknown, message: string): void => void lines.push([facts, message]);
  const log = createTroubleLog({ warn: warn as never }, clock);
  const away = Object.assign(new Error('away', { cause: new Error('ECONNREFUSED') }), { code: 'ERR_A' });
  for (let count = 0; count < 50; count++) log(away, 'the worker');
  log(away, 'the schedule of rates');
  log(Object.assign(new Error('other'), { code: 'ERR_B' }), 'the worker');
  now = 10_000;
  log(away, 'the worker');
  const line = { code: 'ERR_A', reason: 'away', cause: 'ECONNREFUSED' };
  expect(lines).toEqual([
    [{ ...line, since: 0 }, 'the worker is in trouble'],
    [{ ...line, since: 0 }, 'the schedule of rates is in trouble'],
    [{ code: 'ERR_B', reason: 'other', cause: undefined, since: 0 }, 'the worker is in trouble'],
    [{ ...line, since: 49 }, 'the worker is in trouble'],
  ]);
});
