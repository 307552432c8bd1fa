import { expect, it } from 'vitest';

import { ByteRate } from '../src/shipper/byte-rate.ts';
import { createManualClock } from './manual-clock.ts';

it('lets so many bytes through in a second, and a tenth of a second more at once', () => {
  const clock = createManualClock();
  const rate = new ByteRate(10_000, clock);
  let sent = 0;
  for (let ms = 0; ms < 10_000; ms += 1) {
    while (rate.waitMs === 0) {
      rate.spend(100);
      sent += 100;
    }
    clock.advance(1);
  }
  expect(sent).toBeGreaterThanOrEqual(100_000);
  expect(sent).toBeLessThanOrEqual(101_200);
});

it('says how long to wait after one send that is larger than the allowance', () => {
  const clock = createManualClock();
  const rate = new ByteRate(1000, clock);
  rate.spend(1100);
  expect(rate.waitMs).toBe(1000);
  clock.advance(600);
  expect(rate.waitMs).toBe(400);
});

it('does not save up for longer than its allowance', () => {
  const clock = createManualClock();
  const rate = new ByteRate(1000, clock);
  clock.advance(3_600_000);
  rate.spend(300);
  expect(rate.waitMs).toBe(200);
});
