import { describe, expect, it } from 'vitest';

import { describeHolding } from './conformance/holding.ts';
import { describeManyKeys } from './conformance/many-keys.ts';
import type { DriversUnderTest } from './conformance/process.ts';
import { describeReadWrite } from '../read-write/read-write-conformance.ts';
import { describeSemaphores } from '../semaphore/semaphore-conformance.ts';
import { describeTerms } from './conformance/terms.ts';
import { describeWaiting } from './conformance/waiting.ts';

/** What every driver must do. */
export function describeLockDriver(name: string, drivers: DriversUnderTest): void {
  describe(`${name} as a lock driver`, () => {
    it('makes owners that begin with its process id and never repeat', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const owners = [a, a, b].map(({ driver }) => driver.nextOwner());
      expect(new Set(owners).size).toBe(3);
      expect(owners[0]!.startsWith(`${a.driver.processId}:`)).toBe(true);
    });
    describeHolding(drivers);
    describeWaiting(drivers);
    describeManyKeys(drivers);
    describeTerms(drivers);
    describeSemaphores(drivers);
    describeReadWrite(drivers);
  });
}
