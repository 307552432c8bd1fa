import { describe, expect, it } from 'vitest';

import { checkPlan } from '../../src/schedule/schedule-plan.ts';
import { createTicks, type Timing } from '../../src/schedule/ticks.ts';

function nextAfter(timing: Timing, after: string): string | undefined {
  const at = createTicks(timing)(Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString();
}

describe('ticks', () => {
  it('lie at multiples of their distance, so that all processes agree', () => {
    expect(nextAfter({ everyMs: 60_000 }, '2026-01-15T12:00:01.5Z')).toBe('2026-01-15T12:01:00.000Z');
    expect(nextAfter({ everyMs: 60_000 }, '2026-01-15T12:01:00Z')).toBe('2026-01-15T12:02:00.000Z');
  });

  it('follow a pattern of five fields, of six, or a name', () => {
    expect(nextAfter({ cron: '*/15 * * * *' }, '2026-01-15T12:01:00Z')).toBe('2026-01-15T12:15:00.000Z');
    expect(nextAfter({ cron: '30 * * * * *' }, '2026-01-15T12:01:00Z')).toBe('2026-01-15T12:01:30.000Z');
    expect(nextAfter({ cron: '@daily' }, '2026-01-15T12:01:00Z')).toBe('2026-01-16T00:00:00.000Z');
  });

  it('are after the moment, never at it', () => {
    expect(nextAfter({ cron: '0 12 * * *' }, '2026-01-15T12:00:00Z')).toBe('2026-01-16T12:00:00.000Z');
  });

  it('keep to the time zone, also where its clock is set', () => {
    const cron = { cron: '30 3 * * *', timeZone: 'Europe/Vienna' };
    expect(nextAfter(cron, '2026-01-15T12:00:00Z')).toBe('2026-01-16T02:30:00.000Z');
    expect(nextAfter(cron, '2026-07-15T12:00:00Z')).toBe('2026-07-16T01:30:00.000Z');
    const inGap = { cron: '30 2 * * *', timeZone: 'Europe/Vienna' };
    expect(nextAfter(inGap, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    const twice = createTicks(inGap);
    const first = twice(Date.parse('2026-10-24T22:00:00Z'))!;
    expect(new Date(twice(first)!).toISOString()).toBe('2026-10-26T01:30:00.000Z');
  });
});

describe('a plan', () => {
  it.each([
    [{ keys: [], everyMs: 1 }, RangeError, 'everyMs'],
    [{ keys: [], everyMs: Number.NaN }, RangeError, 'everyMs'],
    [{ keys: [], everyMs: 1000, jitterMs: -1 }, RangeError, 'jitterMs'],
    [{ keys: [], cron: 'now and then' }, TypeError, '"now and then"'],
    [{ keys: [], cron: '61 * * * *' }, TypeError, '"61 * * * *"'],
    [{ keys: [], cron: '0 0 30 2 *' }, TypeError, 'it never comes'],
    [{ keys: [], cron: '* * * * *', timeZone: 'Mars/Olympus' }, TypeError, '"Mars/Olympus"'],
    [{ keys: [] }, TypeError, 'either everyMs or cron'],
    [{ keys: [], everyMs: 1000, cron: '* * * * *' }, TypeError, 'either everyMs or cron'],
    [{ keys: 'coupons', everyMs: 1000 }, TypeError, 'keys'],
  ])('is refused when it makes no sense: %j', (plan, kind, text) => {
    const check = (): void => checkPlan(plan as never);
    expect(check).toThrow(kind);
    expect(check).toThrow(text);
  });
});
