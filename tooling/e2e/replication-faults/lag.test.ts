import { describe, expect, it } from 'vitest';

import { judgeLag } from './lag.ts';

describe('the judge of what is said of a link that is cut', () => {
  const cut = { restedAt: 10_000, writtenAt: 10_200 };
  const report = { askedAt: 20_200, answeredAt: 20_300, lagMs: 10_050, measuredLagMs: 9000 };

  it('takes what can be true', () => {
    expect(judgeLag(report, cut)).toEqual([]);
  });

  it('finds a reported lag that is less than the age of what was written, or begins before the cut', () => {
    expect(judgeLag({ ...report, lagMs: 9900 }, cut)).toEqual(['the reported lag of 9900 ms is below 9950 ms']);
    expect(judgeLag({ ...report, lagMs: 130_000 }, cut)).toEqual(['the reported lag of 130000 ms is above 12350 ms']);
  });

  it('finds a measured lag that begins before the cut', () => {
    expect(judgeLag({ ...report, measuredLagMs: 13_000 }, cut)).toEqual([
      'the measured lag of 13000 ms is above 12350 ms',
    ]);
  });
});
