import type { RedisArgument, RedisClient } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createStepQueue, type StepQueue } from '../../src/driver/redis/step-queue.ts';
import type { Step } from '../../src/driver/redis/step.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

interface Setup {
  readonly clock: ManualClock;
  readonly queue: StepQueue;
  /** The arguments of each command. */
  readonly sent: RedisArgument[][];
  /** Ends the turn. */
  readonly endTurn: () => void;
  /** Answers the oldest command that has no answer. */
  readonly answer: (...replies: unknown[]) => void;
}

function setup(): Setup {
  const clock = createManualClock();
  const sent: RedisArgument[][] = [];
  const answers: ((replies: unknown[]) => void)[] = [];
  const turn: (() => void)[] = [];
  const script = {
    run: (_: RedisClient, keys: readonly RedisArgument[], args: readonly RedisArgument[]) => {
      sent.push([...keys, ...args]);
      return new Promise<unknown>((resolve) => void answers.push(resolve));
    },
  };
  // The client is only handed on.
  const client = {} as RedisClient;
  const schedule = (send: () => void): void => void turn.push(send);
  return {
    clock,
    sent,
    queue: createStepQueue({ client, script, head: () => ['head'], declared: (keys) => keys, clock, schedule }),
    endTurn: () => turn.splice(0).forEach((send) => send()),
    answer: (...replies) => answers.shift()!(replies),
  };
}

const step = (name: string, group = ''): Step<unknown> => ({
  group,
  keys: [name],
  args: [`do ${name}`],
  decode: (reply, { sentAt }) => [reply, sentAt],
});

describe('a queue of steps', () => {
  it('sends what was asked for in one turn together, by group, in order', async () => {
    const { queue, sent, endTurn, answer } = setup();
    const asked = [queue.run(step('a', '1'), { timeoutMs: 10 }), queue.run(step('b', '2'), { timeoutMs: 10 })];
    asked.push(queue.run(step('c', '1'), { timeoutMs: 10 }));
    endTurn();
    expect(sent).toEqual([
      ['a', 'c', 'head', 'do a', 'do c'],
      ['b', 'head', 'do b'],
    ]);
    answer('A', 'C');
    answer('B');
    await expect(Promise.all(asked)).resolves.toEqual([
      ['A', 1000],
      ['B', 1000],
      ['C', 1000],
    ]);
  });

  it('rejects each by its own bound when nothing is answered, and leaves no timer', async () => {
    const { queue, clock, endTurn } = setup();
    const settled: string[] = [];
    const ask = (name: string, timeoutMs: number): void =>
      void queue.run(step(name), { timeoutMs }).catch((error: Error) => settled.push(`${name}: ${error.message}`));
    ask('slow', 100);
    endTurn();
    ask('fast', 30);
    ask('slower', 200);
    endTurn();
    await clock.advance(30);
    expect(settled).toEqual(['fast: Redis did not answer within 30 ms']);
    await clock.advance(70);
    expect(settled).toHaveLength(2);
    await clock.advance(100);
    expect(settled.at(-1)).toBe('slower: Redis did not answer within 200 ms');
    expect(clock.timers).toBe(0);
  });

  it('does not send what was given up within the turn', async () => {
    const { queue, sent, endTurn } = setup();
    const giveUp = new AbortController();
    const asked = queue.run(step('a'), { timeoutMs: 10, signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    endTurn();
    await expect(asked).rejects.toThrow('enough');
    expect(sent).toEqual([]);
  });

  it('rejects what fails alone, and what is under way when it is closed', async () => {
    const { queue, clock, endTurn, answer } = setup();
    const [bad, good] = [queue.run(step('a'), { timeoutMs: 10 }), queue.run(step('b'), { timeoutMs: 10 })];
    endTurn();
    answer([-1, 'WRONGTYPE'], 'B');
    await expect(bad).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await expect(good).resolves.toEqual(['B', 1000]);
    const late = queue.run(step('c'), { timeoutMs: 10 });
    endTurn();
    queue.close();
    await expect(late).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    await expect(queue.run(step('d'), { timeoutMs: 10 })).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    expect(clock.timers).toBe(0);
  });

  const stepsPerCommand = ({ sent }: Setup): number[] => sent.map((args) => (args.length - 1) / 2);

  it('says what several steps have in common once, and again after another one', async () => {
    const { queue, sent, endTurn, answer } = setup();
    const one = {};
    const alike = (name: string, like?: object): Step<unknown> => ({
      ...step(name),
      ...(like !== undefined && { like, again: [`also ${name}`] }),
    });
    const names: [string, object?][] = [['a', one], ['b', one], ['c'], ['d', one], ['e', {}], ['f', one]];
    const asked = names.map(([name, like]) => queue.run(alike(name, like), { timeoutMs: 10 }));
    endTurn();
    expect(sent[0]!.slice(7)).toEqual(['do a', 'also b', 'do c', 'also d', 'do e', 'do f']);
    answer(...names.map(([name]) => name));
    expect(await Promise.all(asked)).toHaveLength(names.length);
  });

  it('takes no more than 128 steps into one command', () => {
    const made = setup();
    const { queue, endTurn } = made;
    for (let i = 0; i < 300; i++) {
      void queue.run({ ...step(`k${i}`), isPatient: true }, { timeoutMs: 10 }).catch(() => undefined);
    }
    expect(made.sent).toEqual([]);
    endTurn();
    expect(stepsPerCommand(made)).toEqual([128, 128, 44]);
  });

  it('gives Redis something to do before the turn ends, and then as much as it has', async () => {
    const made = setup();
    const { queue, answer, endTurn } = made;
    const first = Array.from({ length: 20 }, (_, i) => queue.run(step(`k${i}`), { timeoutMs: 10 }));
    expect(stepsPerCommand(made)).toEqual([16]);
    for (let i = 20; i < 300; i++) first.push(queue.run(step(`k${i}`), { timeoutMs: 10 }));
    expect(stepsPerCommand(made)).toEqual([16, 16, 32, 64, 128]);
    endTurn();
    expect(stepsPerCommand(made)).toEqual([16, 16, 32, 64, 128, 44]);
    for (const steps of stepsPerCommand(made)) answer(...Array.from({ length: steps }, () => 'done'));
    expect(await Promise.all(first)).toHaveLength(300);
    for (let i = 0; i < 16; i++) void queue.run(step(`l${i}`), { timeoutMs: 10 }).catch(() => undefined);
    expect(stepsPerCommand(made).at(-1)).toBe(16);
  });
});
