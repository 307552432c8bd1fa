import { describe, expect, it } from 'vitest';

import { GrantPeriod } from '../../src/wait/grant-period.ts';

describe('the period of a grant', () => {
  it('is short where answers come fast, and never longer than the lease', () => {
    const period = new GrantPeriod();
    expect(period.within(10_000)).toBe(30);
    expect(period.within(20)).toBe(20);
    period.answeredIn(0.5);
    expect(period.within(10_000)).toBe(30);
  });

  it('follows answers that become slow within a few of them, and forgets them slowly', () => {
    const period = new GrantPeriod();
    for (let i = 0; i < 5; i++) period.answeredIn(200);
    expect(period.within(10_000)).toBe(600);
    period.answeredIn(1);
    expect(period.within(10_000)).toBe(540);
    for (let i = 0; i < 60; i++) period.answeredIn(1);
    expect(period.within(10_000)).toBe(30);
  });

  it('does not keep a lock for long because the process was stopped once', () => {
    const period = new GrantPeriod();
    period.answeredIn(60_000);
    expect(period.within(10_000)).toBe(60);
  });

  it('doubles when it was too short, up to two seconds', () => {
    const period = new GrantPeriod();
    period.missed();
    expect(period.within(10_000)).toBe(60);
    period.missed();
    expect(period.within(10_000)).toBe(120);
    for (let i = 0; i < 9; i++) period.missed();
    expect(period.within(10_000)).toBe(2000);
  });
});
