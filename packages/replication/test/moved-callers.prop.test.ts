import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { packedBytes } from '../src/block/block-codec.ts';
import { OperationQueue } from '../src/journal/operation-queue.ts';
import { createManualClock } from './manual-clock.ts';
import { set } from './operations.ts';

const TIMEOUT_MS = 100;

/** What becomes of one operation where it is moved to. */
const fate = fc.constantFrom('stored', 'refused', 'thrown', 'never');
const plan = fc.record({
  /** Each with the time that passes before the next one. */
  operations: fc.array(fc.record({ fate, pauseMs: fc.integer({ min: 0, max: 30 }) }), { minLength: 1, maxLength: 40 }),
  maxBlockOperations: fc.integer({ min: 1, max: 10 }),
  isTaken: fc.boolean(),
});

it('tells every caller whose operation is moved what became of that one, and nothing of its neighbours', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ operations, maxBlockOperations, isTaken }) => {
      const clock = createManualClock();
      const onTimeout = (): Error => new Error('too late');
      const options = { clock, timeoutMs: TIMEOUT_MS, onTimeout, meter: { bytes: 0 }, maxBlockBytes: 1000 };
      const queue = new OperationQueue({ ...options, maxBlockOperations });
      const outcomes: string[] = [];
      const waiting = operations.map(async ({ pauseMs }, n) => {
        const operation = set(`${n}`, n);
        const appended = queue.push(operation, packedBytes(operation));
        clock.advance(pauseMs);
        outcomes[n] = await appended.then(
          () => 'stored',
          (error: Error) => error.message,
        );
      });
      if (isTaken) queue.take();
      const endsAt = clock.now();
      let startsAt = 0;
      const expected = operations.map(({ fate: own, pauseMs }, n) => {
        const isLate = endsAt - startsAt >= TIMEOUT_MS;
        startsAt += pauseMs;
        return isLate || own === 'never' ? 'too late' : own === 'stored' ? own : `${own} ${n}`;
      });
      const moved: number[] = [];
      queue.moveTo((operation) => {
        const n = Number(operation.key);
        moved.push(n);
        const { fate: own } = operations[n]!;
        if (own === 'thrown') throw new Error(`thrown ${n}`);
        if (own === 'refused') return Promise.reject(new Error(`refused ${n}`));
        return own === 'stored' ? Promise.resolve() : new Promise(() => {});
      });
      // What has an outcome there has it before the time is over.
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      clock.advance(TIMEOUT_MS);
      await Promise.all(waiting);
      expect(moved).toEqual(operations.map((_, n) => n));
      expect(outcomes).toEqual(expected);
      expect([queue.length, options.meter.bytes]).toEqual([0, 0]);
    }),
  );
});
