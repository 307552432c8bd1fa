import { describe, expect, it } from 'vitest';

import { ConsumerError } from '../../src/consumer-error.ts';
import type { Verdict } from '../../src/sink/sink.ts';
import { consumeHarness } from '../fixtures/consume-harness.ts';

const accepted: Verdict = { kind: 'accepted' };
const refused: Verdict = { kind: 'refused', reason: 'the sink answered 422' };
const unavailable: Verdict = { kind: 'unavailable', reason: 'the sink answered 503' };
const rules = { batch: 1, retry: { minMs: 1, maxMs: 5 }, poison: { tries: 3, action: 'bury' as const } };

describe('a message that the sink refuses', () => {
  it('goes to the dead letters after so many tries, and those behind it go on in order', async () => {
    const harness = consumeHarness(({ messages }) => (messages[0]!.id === 'bad' ? refused : accepted));
    harness.queue.write('1', 'bad', '2');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1', 'bad', '2']);
    harness.end(new Error('enough'));
    await running;
    expect(harness.requests).toEqual([['1'], ['bad'], ['bad'], ['bad'], ['2']]);
    const burial = { reason: 'the sink answered 422', tries: 3 };
    expect(harness.queue.buried).toEqual([{ id: 'bad', burial }]);
    expect(harness.counters).toMatchObject({ delivered: 2, buried: 1, failures: 3 });
    // Its first failure and its end, and nothing in between.
    expect(harness.troubles).toEqual([
      'bad: the sink answered 422',
      'bad: buried after 3 tries: the sink answered 422',
    ]);
  });

  it('stops the line where that is wanted, until the sink takes it', async () => {
    let tries = 0;
    const stop = { ...rules, poison: { tries: 3, action: 'stop' as const } };
    const harness = consumeHarness(({ messages }) => (messages[0]!.id === 'bad' && ++tries < 8 ? refused : accepted), {
      rules: stop,
    });
    harness.queue.write('bad', '2');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['bad', '2']);
    harness.end(new Error('enough'));
    await running;
    expect([harness.queue.buried, harness.counters.failures]).toEqual([[], 7]);
  });

  it('is not buried for a sink that is away, however long that takes', async () => {
    let tries = 0;
    const harness = consumeHarness(() => (++tries < 12 ? unavailable : accepted));
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1']);
    harness.end(new Error('enough'));
    await running;
    expect([harness.queue.buried, harness.counters.failures]).toEqual([[], 11]);
  });

  it('does not take the others of its batch along', async () => {
    const isBad = ({ messages }: { messages: readonly { id: string }[] }): boolean =>
      messages.some(({ id }) => id === 'bad');
    const harness = consumeHarness((delivery) => (isBad(delivery) ? refused : accepted), {
      rules: { ...rules, batch: 3 },
    });
    harness.queue.write('1', 'bad', '2');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1', 'bad', '2']);
    harness.end(new Error('enough'));
    await running;
    expect(harness.queue.buried.map(({ id }) => id)).toEqual(['bad']);
  });

  it('stays where it is while it cannot be buried', async () => {
    const harness = consumeHarness(() => refused);
    harness.queue.buryError = new ConsumerError('ERR_CONSUMER_DEAD_LETTERS_FULL', 'full');
    harness.queue.write('bad');
    const running = harness.run();
    await expect
      .poll(() => harness.troubles)
      .toContain('bad: could not be buried: full (ERR_CONSUMER_DEAD_LETTERS_FULL)');
    harness.queue.buryError = undefined;
    await expect.poll(() => harness.queue.done).toEqual(['bad']);
    harness.end(new Error('enough'));
    await running;
  });
});
