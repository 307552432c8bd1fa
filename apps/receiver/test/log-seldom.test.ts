import { createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { logSeldom } from '../src/log-seldom.ts';

it('logs the first reason at once, and then one line in its time with their number', () => {
  const lines: unknown[] = [];
  const logger = createLogger({ name: 'test', level: 'silent' });
  logger.warn = (facts: unknown, text?: string) => void lines.push([facts, text]);
  let now = 0;
  const warn = logSeldom(logger, { everyMs: 10_000, now: () => now });
  for (now = 0; now < 20_000; now += 100) warn('the token is wrong', { status: 401 });
  expect(lines).toEqual([
    [{ status: 401, times: 1 }, 'the token is wrong'],
    [{ status: 401, times: 100 }, 'the token is wrong'],
  ]);
});
