import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, it } from 'vitest';

import { consumeHarness } from '../fixtures/consume-harness.ts';
import { messageOf } from '../fixtures/message-of.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

it('keeps nothing of its turns for as long as it leads', async () => {
  let reads = 0;
  let done = 0;
  const message = messageOf('1');
  const harness = consumeHarness(() => ({ kind: 'accepted' }), {
    source: {
      open: async () => ({
        read: async () => {
          // A timer now and then, so that others have their turn.
          if (++reads % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
          return [message];
        },
        triesOf: () => ({ refused: 0, unfinished: 0 }),
        note: async () => undefined,
        done: (messages) => void (done += messages.length),
        bury: async () => undefined,
        backlog: async () => ({ messages: 0 }),
        settle: async () => undefined,
        close: async () => undefined,
      }),
    },
  });
  harness.options.sink.deliver = async () => ({ kind: 'accepted' });
  const running = harness.run();
  await expect.poll(() => done, { timeout: 20_000 }).toBeGreaterThan(5000);
  const from = done;
  const before = heapUsed();
  await expect.poll(() => done, { timeout: 40_000 }).toBeGreaterThan(from + 30_000);
  const perTurn = (heapUsed() - before) / (done - from);
  harness.end(new Error('enough'));
  await running;
  // A listener or a reaction of a promise that stays takes more.
  expect(perTurn).toBeLessThan(30);
}, 60_000);
