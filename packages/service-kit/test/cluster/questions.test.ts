import { describe, expect, it } from 'vitest';

import { Questions } from '../../src/cluster/questions.ts';
import { createManualClock } from '../fixtures/manual-clock.ts';

describe('Questions', () => {
  it('resolves with the last answer, by who gave it', async () => {
    const questions = new Questions<string>({ deadlineMs: 100, clock: createManualClock() });
    const ids: number[] = [];
    const asking = questions.ask([1, 2], (_, id) => void ids.push(id));
    questions.take(ids[0]!, 2, 'two');
    questions.take(ids[0]!, 1, 'one');
    expect(await asking).toEqual(
      new Map([
        [1, 'one'],
        [2, 'two'],
      ]),
    );
  });

  it('resolves with what there is when the time is up, and drops what comes later', async () => {
    const clock = createManualClock();
    const questions = new Questions<string>({ deadlineMs: 100, clock });
    let asked = -1;
    const asking = questions.ask([1, 2], (_, id) => (asked = id));
    questions.take(asked, 1, 'one');
    clock.advance(100);
    questions.take(asked, 2, 'two');
    expect(await asking).toEqual(new Map([[1, 'one']]));
  });

  it('does not wait for one that is gone', async () => {
    const questions = new Questions<string>({ deadlineMs: 100, clock: createManualClock() });
    const asking = questions.ask([1], () => undefined);
    questions.forget(1);
    expect(await asking).toEqual(new Map());
  });

  it('keeps the answers of two questions apart', async () => {
    const questions = new Questions<string>({ deadlineMs: 100, clock: createManualClock() });
    const ids: number[] = [];
    const first = questions.ask([1], (_, id) => void ids.push(id));
    const second = questions.ask([1], (_, id) => void ids.push(id));
    questions.take(ids[1]!, 1, 'second');
    questions.take(ids[0]!, 1, 'first');
    expect([await first, await second]).toEqual([new Map([[1, 'first']]), new Map([[1, 'second']])]);
  });
});
