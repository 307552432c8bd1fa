import { systemClock } from '@lockstep/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Attempt, type Lane, Lanes } from '../../src/lanes/lanes.ts';
import { messageOf } from '../fixtures/message-of.ts';

function lanesOf(attempt: (lane: Lane) => Promise<Attempt>, parallel = 2, failures: unknown[] = []): Lanes {
  return new Lanes({ attempt, parallel, onFailure: (error) => failures.push(error), clock: systemClock });
}

describe('lanes', () => {
  it('keep the order of each lane, try again what failed, and never serve more than allowed (law)', async () => {
    const plan = fc.array(
      fc.record({ lane: fc.constantFrom('a', 'b', 'c'), failures: fc.nat(2), take: fc.integer({ min: 1, max: 3 }) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 3 }), async (messages, parallel) => {
        const done = new Map<string, string[]>();
        let [now, most] = [0, 0];
        const left = new Map(messages.map(({ failures }, at) => [String(at), failures]));
        const lanes = lanesOf(async (lane) => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setImmediate(resolve));
          now--;
          const first = lane.messages[0]!;
          const failures = left.get(first.id)!;
          if (failures > 0) {
            left.set(first.id, failures - 1);
            return { againInMs: 0 };
          }
          const taken = lane.messages.slice(0, messages[Number(first.id)]!.take);
          for (const { id, body } of taken) done.set(body.toString(), [...(done.get(body.toString()) ?? []), id]);
          return { done: taken.length };
        }, parallel);
        for (const [at, { lane }] of messages.entries()) lanes.add(lane, messageOf(String(at), lane));
        await lanes.below(1);
        expect(most).toBeLessThanOrEqual(parallel);
        for (const name of ['a', 'b', 'c']) {
          const wanted = [...messages.entries()].filter(([, { lane }]) => lane === name).map(([at]) => String(at));
          expect(done.get(name) ?? []).toEqual(wanted);
        }
        await lanes.stop();
      }),
      { numRuns: 60 },
    );
  });

  it('serve others while one waits to be tried again', async () => {
    const done: string[] = [];
    const lanes = lanesOf(async ({ messages: [first] }) => {
      if (first!.id === 'stuck') return { againInMs: 60_000 };
      done.push(first!.id);
      return { done: 1 };
    }, 1);
    lanes.add('a', messageOf('stuck'));
    lanes.add('b', messageOf('1'));
    lanes.add('b', messageOf('2'));
    await lanes.below(2);
    expect([done, lanes.size]).toEqual([['1', '2'], 1]);
    await lanes.stop();
  });

  it('begin nothing after they were stopped, and wait for what is under way', async () => {
    let finish: () => void = () => undefined;
    let begun = 0;
    const lanes = lanesOf(async () => {
      begun++;
      await new Promise<void>((resolve) => (finish = resolve));
      return { done: 1 };
    }, 1);
    lanes.add('a', messageOf('1'));
    lanes.add('a', messageOf('2'));
    const stopping = lanes.stop();
    finish();
    await stopping;
    expect([begun, lanes.size]).toEqual([1, 1]);
  });

  it('begin nothing after an attempt threw, and tell it', async () => {
    const failures: unknown[] = [];
    let begun = 0;
    const lanes = lanesOf(
      async () => {
        begun++;
        throw new Error('over');
      },
      1,
      failures,
    );
    lanes.add('a', messageOf('1'));
    lanes.add('b', messageOf('2'));
    await lanes.below(0);
    await lanes.stop();
    expect([begun, failures]).toEqual([1, [new Error('over')]]);
  });

  it('say how old the oldest message is, and how many lanes stand', async () => {
    const lanes = lanesOf(async (lane) => {
      lane.failures++;
      return { againInMs: 60_000 };
    });
    lanes.add('a', messageOf('1', '', { writtenAtMs: 20 }));
    lanes.add('b', messageOf('2', '', { writtenAtMs: 10 }));
    await expect.poll(() => lanes.blocked).toBe(2);
    expect(lanes.oldestMs).toBe(10);
    await lanes.stop();
  });
});
