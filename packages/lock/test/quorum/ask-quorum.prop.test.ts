import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { askQuorum, type Verdict } from '../../src/quorum/ask-quorum.ts';
import type { NodeAnswer } from '../../src/quorum/quorum-node.ts';

const answers = fc.array(fc.constantFrom<NodeAnswer>('yes', 'no', 'silent'), { minLength: 3, maxLength: 7 });

describe('askQuorum', () => {
  it('says yes if and only if a majority does, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (list) => {
        const verdict = await askQuorum(list.map(async (answer) => answer));
        const yes = list.filter((answer) => answer === 'yes').length;
        expect(verdict === 'yes').toBe(yes > list.length / 2);
      }),
    );
  });

  it('decides what the nodes that never answer cannot change', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (list) => {
        const never = new Promise<NodeAnswer>(() => undefined);
        const open = Math.floor(list.length / 2);
        const decided = list.slice(open);
        // What is decided without them is decided with them all the same.
        const early = await Promise.race([
          askQuorum([...decided.map(async (a) => a), ...Array.from({ length: open }, () => never)]),
          tick(),
        ]);
        if (early === 'open') return;
        for (const rest of ['yes', 'no', 'silent'] as const) {
          const full = await askQuorum([...decided, ...Array<NodeAnswer>(open).fill(rest)].map(async (a) => a));
          expect(full === 'yes').toBe(early === 'yes');
        }
      }),
    );
  });

  it.each<[NodeAnswer[], Verdict]>([
    [['yes', 'yes', 'no'], 'yes'],
    [['no', 'no', 'yes'], 'no'],
    [['silent', 'silent', 'yes'], 'silent'],
    [['yes', 'no', 'silent'], 'split'],
    [['yes', 'yes', 'no', 'no'], 'no'],
    [['yes', 'yes', 'no', 'silent', 'silent'], 'split'],
  ])('says of %j: %s', async (list, verdict) => {
    expect(await askQuorum(list.map(async (answer) => answer))).toBe(verdict);
  });
});

async function tick(): Promise<'open'> {
  await new Promise((resolve) => void setImmediate(resolve));
  return 'open';
}
