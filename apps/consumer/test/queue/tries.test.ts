import { LockError } from '@lockstep/lock';
import { describe, expect, it } from 'vitest';

import { ConsumerError } from '../../src/consumer-error.ts';
import type { Verdict } from '../../src/sink/sink.ts';
import { consumeHarness } from '../fixtures/consume-harness.ts';

const accepted: Verdict = { kind: 'accepted' };
const refused: Verdict = { kind: 'refused', reason: 'the sink answered 422' };
const away = new ConsumerError('ERR_CONSUMER_SOURCE', 'away');

describe('the tries of a message', () => {
  it('go on where the leader before left off', async () => {
    const harness = consumeHarness(() => refused);
    harness.queue.tries.set('bad', { refused: 2, unfinished: 0 });
    harness.queue.write('bad');
    const running = harness.run();
    await expect
      .poll(() => harness.queue.buried)
      .toEqual([{ id: 'bad', burial: { reason: 'the sink answered 422', tries: 3 } }]);
    harness.end(new Error('enough'));
    await running;
    expect(harness.requests).toEqual([['bad']]);
  });

  it('are noted before an attempt begins, where a leader ended during one', async () => {
    const seen: unknown[] = [];
    const harness = consumeHarness(({ messages: [first] }) => {
      seen.push([first!.id, harness.queue.tries.get(first!.id)]);
      return accepted;
    });
    harness.queue.tries.set('1', { refused: 1, unfinished: 1 });
    harness.queue.write('1', '2');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1', '2']);
    harness.end(new Error('enough'));
    await running;
    // One that nobody suspects costs no note.
    expect(seen).toEqual([
      ['1', { refused: 1, unfinished: 2 }],
      ['2', undefined],
    ]);
  });

  it('do not count leaders that ended, once there was an answer', async () => {
    let answers = 0;
    const harness = consumeHarness(() => (++answers < 2 ? { kind: 'unavailable', reason: 'away' } : refused));
    harness.queue.tries.set('1', { refused: 0, unfinished: 2 });
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.queue.buried).toMatchObject([{ burial: { tries: 3 } }]);
    harness.end(new Error('enough'));
    await running;
    expect(answers).toBe(4);
  });

  it('bury a message during which leaders end, without another attempt', async () => {
    const harness = consumeHarness(() => accepted);
    harness.queue.tries.set('bad', { refused: 0, unfinished: 3 });
    harness.queue.write('bad', '2');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['bad', '2']);
    harness.end(new Error('enough'));
    await running;
    const burial = { reason: '3 leaders ended before it was answered', tries: 3 };
    expect([harness.queue.buried, harness.requests]).toEqual([[{ id: 'bad', burial }], [['2']]]);
  });

  it('never bury where the line is to stop', async () => {
    const rules = { batch: 1, retry: { minMs: 1, maxMs: 5 }, poison: { tries: 3, action: 'stop' as const } };
    const harness = consumeHarness(() => accepted, { rules });
    harness.queue.tries.set('bad', { refused: 0, unfinished: 9 });
    harness.queue.write('bad');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['bad']);
    harness.end(new Error('enough'));
    await running;
    expect(harness.queue.buried).toEqual([]);
  });

  it('hold a message back for as long as they cannot be noted', async () => {
    const harness = consumeHarness(() => accepted);
    harness.queue.tries.set('1', { refused: 0, unfinished: 1 });
    // Each is noted and taken back, four times.
    harness.queue.noteErrors = Array.from({ length: 8 }, () => away);
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1']);
    harness.end(new Error('enough'));
    await running;
    expect([harness.troubles, harness.requests]).toEqual([['1: away (ERR_CONSUMER_SOURCE)'], [['1']]]);
    // Nobody died of it.
    expect([harness.queue.buried, harness.queue.tries.get('1')]).toEqual([[], { refused: 0, unfinished: 2 }]);
  });

  it('do not count an attempt that was cut because this leader was asked to end', async () => {
    const deliver = ({ signal }: { signal: AbortSignal }): Promise<Verdict> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const harness = consumeHarness(deliver, { drainMs: 20 });
    harness.queue.tries.set('1', { refused: 1, unfinished: 1 });
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.requests).toHaveLength(1);
    harness.end(new LockError('ERR_LOCK_CLOSED', 'closed'));
    await running;
    expect(harness.queue.tries.get('1')).toEqual({ refused: 1, unfinished: 1 });
  });

  it('take a message out of its batch when leaders ended during it', async () => {
    const rules = { batch: 3, retry: { minMs: 1, maxMs: 5 }, poison: { tries: 5, action: 'bury' as const } };
    const harness = consumeHarness(() => accepted, { rules });
    harness.queue.tries.set('2', { refused: 0, unfinished: 2 });
    harness.queue.write('1', '2', '3');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1', '2', '3']);
    harness.end(new Error('enough'));
    await running;
    expect(harness.requests).toContainEqual(['2']);
  });
});
