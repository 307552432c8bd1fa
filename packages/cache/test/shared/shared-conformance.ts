import { describe, expect, it, onTestFinished } from 'vitest';

import { tierConformance, type TierUnderTest } from '../../src/conformance/tier-conformance.ts';
import { openSession, put, textAt } from '../../src/conformance/tier-session.ts';

/** What every shared tier does, over real servers. */
export function describeSharedTier(name: string, tier: TierUnderTest): void {
  describe(`${name} as a shared tier`, () => {
    it.for(tierConformance.map((entry) => [entry.name, entry] as const))('%s', async ([, { needs, run }], { skip }) => {
      const missing = needs.filter((need) => tier[need] === undefined);
      skip(missing.length > 0, `has no ${missing.join(', ')}`);
      await expect(run(tier)).resolves.toBeUndefined();
    });

    it('does not share a value that is too large, and says so', async () => {
      const { log, tier: made } = await tier.open();
      const session = await openSession(log, made);
      onTestFinished(() => session[Symbol.asyncDispose]());
      expect(await put(session, 'k', 'x'.repeat(9_000_000))).toBe(true);
      expect(await textAt(session, 'k')).toBeUndefined();
      expect(session.errors).toMatchObject([{ code: 'ERR_CACHE_VALUE_TOO_LARGE' }]);
    });
  });
}
