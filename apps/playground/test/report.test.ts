import { expect, it } from 'vitest';

import { isInStep, renderReport } from '../src/verify/report.ts';
import type { VerifyReport } from '../src/verify/verify.ts';

const good: VerifyReport = {
  count: { sets: 1200, deletes: 300, gets: 900, failed: 4, wrongReads: 0 },
  kills: { shipper: 2, receiver: 1, memcached: 1 },
  longestLagMs: 812.4,
  keys: 440,
  emptied: 3,
  differences: [],
};

it('prints the numbers and the verdict', () => {
  expect(renderReport(good)).toMatch(/operations +2,400 \(1,200 sets, 300 deletes, 900 gets\)/);
  expect(renderReport(good)).toMatch(/longest lag +812 ms\n[^]*keys that differ +0\nIN STEP\n$/);
});

it.each([
  ['a key differs', { differences: [{ key: 'user:1', region: 'west', problem: 'missing' } as const] }],
  ['a read was wrong', { count: { ...good.count, wrongReads: 1 } }],
  ['most calls failed', { count: { ...good.count, failed: 1300 } }],
  ['nothing was written', { count: { ...good.count, sets: 0 } }],
  ['no key was compared', { keys: 0 }],
])('is not in step when %s', (_what, change) => {
  expect(isInStep({ ...good, ...change })).toBe(false);
  expect(renderReport({ ...good, ...change })).toMatch(/NOT IN STEP\n$/);
});
