import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createQuorumLocks, type QuorumLease } from '../../src/index.ts';
import { createManualClock } from '../manual-clock.ts';
import { createFakeNode } from './fake-node.ts';

type Step =
  | { readonly do: 'try' | 'release'; readonly who: number }
  | { readonly do: 'hang' | 'mute' | 'fail' | 'thaw'; readonly node: number }
  | { readonly do: 'pass'; readonly ms: number };

const who = fc.integer({ min: 0, max: 2 });
const node = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('try' as const, 'release' as const), who }),
  fc.record({ do: fc.constantFrom('hang' as const, 'mute' as const, 'fail' as const, 'thaw' as const), node }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 500 }) }),
);

describe('quorum locks', () => {
  it('never have two holders at one moment while no node forgets, whatever else the nodes do', async () => {
    let holders = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(3, 4, 5),
        fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }),
        async (count, steps) => {
          const clock = createManualClock();
          const nodes = Array.from({ length: count }, () => createFakeNode(clock));
          const contenders = [0, 1, 2].map((i) =>
            createQuorumLocks(nodes, { clock, ttlMs: 1000, nodeTimeoutMs: 700, random: () => (i + 1) / 7 }),
          );
          const leases: QuorumLease[][] = [[], [], []];
          for (const now of steps) {
            if (now.do === 'try') {
              const keep = (lease: QuorumLease | undefined): void => {
                if (lease !== undefined) leases[now.who]!.push(lease);
              };
              contenders[now.who]!.tryAcquire('k').then(keep, () => undefined);
            } else if (now.do === 'release') {
              for (const lease of leases[now.who]!.splice(0)) void lease.release();
            } else if ('node' in now) {
              const chosen = nodes[now.node % count]!;
              if (now.do === 'thaw') chosen.thaw();
              else chosen.mode = now.do;
            }
            await clock.advance(now.do === 'pass' ? now.ms : 0);
            const held = leases.flat().filter((lease) => lease.isHeld()).length;
            holders += held;
            expect(held).toBeLessThanOrEqual(1);
          }
          await Promise.all(contenders.map((locks) => Promise.race([locks.close(), clock.advance(1000)])));
        },
      ),
      { numRuns: 150 },
    );
    expect(holders).toBeGreaterThan(100);
  }, 60_000);
});
