import { describe, expect, it, onTestFinished } from 'vitest';

import { logConformance } from '../src/conformance/log-conformance.ts';
import type { InvalidationLog } from '../src/index.ts';

/** What the conformance suite asks of an implementation. */
export interface LogUnderTest {
  /** An empty log of its own each time. */
  readonly createLog: () => InvalidationLog | Promise<InvalidationLog>;
}

/** What every implementation of an invalidation log must do. */
export function describeInvalidationLog(name: string, { createLog }: LogUnderTest): void {
  describe(`${name} as an invalidation log`, () => {
    it.for(logConformance.map((entry) => [entry.name, entry.run] as const))('%s', async ([, run]) => {
      const log = await createLog();
      onTestFinished(() => log.close());
      await expect(run(log)).resolves.toBeUndefined();
    });
  });
}
