import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ShardPosition } from '../src/position.ts';
import { FROM_NOW, judgeAnswer, judgePush, type LogAnswer, type LoggedEntry } from '../src/shard-cursor.ts';

interface Answer extends LogAnswer {
  /** The invalidations that the log had taken when it answered. */
  readonly taken: readonly number[];
}

/** A shard of the log as Redis keeps it, which can forget in every way that Redis can. */
class ModelLog {
  #epochs = 1;
  #state = { epoch: 'e1', last: 0, run: 0, clearedFrom: '', entries: [] as LoggedEntry[] };
  #run = 0;
  #saved = this.#state;
  /** Every invalidation that was ever acknowledged, by its number. */
  readonly taken: number[] = [];

  publish(): { at: ShardPosition; body: string } {
    // A new process does not know the script of this log, which is how a publish notices it.
    this.#look();
    const { epoch, last, entries } = this.#state;
    this.taken.push(this.taken.length);
    const entry = { sequence: last + 1, body: String(this.taken.length - 1) };
    this.#state = { ...this.#state, last: last + 1, entries: [...entries, entry] };
    return { at: { epoch, sequence: entry.sequence }, body: entry.body };
  }
  clear(): { at: ShardPosition; body: string } {
    this.#look();
    const clearedFrom = this.#state.epoch;
    this.#state = { ...this.#state, epoch: this.#nextEpoch(), last: 0, clearedFrom, entries: [] };
    this.taken.push(this.taken.length);
    this.#state.entries.push({ sequence: 1, body: 'clear' });
    this.#state.last = 1;
    return { at: { epoch: this.#state.epoch, sequence: 1 }, body: 'clear' };
  }
  trim(keep: number): void {
    const { entries } = this.#state;
    this.#state = { ...this.#state, entries: entries.slice(Math.max(0, entries.length - keep)) };
  }
  deleteLog(): void {
    this.#state = { ...this.#state, entries: [] };
  }
  save(): void {
    this.#saved = this.#state;
  }
  restart(): void {
    this.#state = this.#saved;
    this.#run++;
  }
  answer(asked: ShardPosition, limit: number): Answer {
    this.#look();
    const { epoch, last, clearedFrom, entries } = this.#state;
    const isAsked = asked.epoch === epoch || (asked.epoch === '' && asked.sequence >= 0);
    const after = isAsked ? entries.filter(({ sequence }) => sequence > asked.sequence).slice(0, limit) : [];
    return {
      epoch,
      sequence: last,
      clearedFrom,
      first: entries[0]?.sequence ?? 0,
      entries: after,
      isComplete: after.length < limit,
      taken: [...this.taken],
    };
  }
  #look(): void {
    if (this.#state.run === this.#run) return;
    this.#state = { epoch: this.#nextEpoch(), last: 0, run: this.#run, clearedFrom: '', entries: [] };
  }
  #nextEpoch(): string {
    this.#epochs++;
    return `e${this.#epochs}`;
  }
}

/** A follower as the driver builds one from the two functions. */
class ModelFollower {
  cursor: ShardPosition;
  generation = 0;
  resets = 0;
  readonly heard = new Set<number>();

  constructor(cursor: ShardPosition) {
    this.cursor = cursor;
  }
  take({ at, body }: { at: ShardPosition; body: string }, log: ModelLog): void {
    const verdict = judgePush(this.cursor, at, body === 'clear');
    if (verdict === 'clear') this.#forget(at, log.taken);
    else if (verdict === 'next') this.#apply(at, body, log.taken);
  }
  accept(answer: Answer, asked: ShardPosition, generation: number): boolean {
    if (generation !== this.generation) return false;
    const advance = judgeAnswer(this.cursor, asked, answer);
    if (advance.reset !== undefined) this.#forget(advance.cursor, answer.taken);
    else if (this.cursor.epoch === '' && this.cursor.sequence < 0) this.#forget(advance.cursor, answer.taken);
    else if (this.cursor.epoch === '') this.#move({ ...advance.cursor, sequence: 0 });
    for (const { sequence, body } of advance.entries) {
      this.#apply({ epoch: answer.epoch, sequence }, body, answer.taken);
    }
    if (this.cursor.sequence < advance.cursor.sequence) this.#move(advance.cursor);
    return advance.isAtEnd;
  }
  #move(to: ShardPosition): void {
    if (to.epoch !== this.cursor.epoch) this.generation++;
    this.cursor = to;
  }
  #apply(at: ShardPosition, body: string, taken: readonly number[]): void {
    if (body === 'clear') {
      this.#forget(at, taken);
      return;
    }
    this.#move(at);
    this.heard.add(Number(body));
  }
  /** Everything is forgotten now: what was invalidated up to now is heard. */
  #forget(at: ShardPosition, taken: readonly number[]): void {
    this.#move(at);
    this.resets++;
    for (const each of taken) this.heard.add(each);
  }
}

const LIMIT = 3;
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('publish' as const) },
  { weight: 4, arbitrary: fc.constantFrom('deliver' as const, 'ask' as const, 'answer' as const) },
  { weight: 1, arbitrary: fc.constantFrom('lose' as const, 'swap' as const, 'clear' as const, 'trim' as const) },
  { weight: 1, arbitrary: fc.constantFrom('delete' as const, 'save' as const, 'restart' as const) },
);

function run(steps: readonly string[], from: ShardPosition): { missed: number[]; resets: number; heard: number } {
  const log = new ModelLog();
  const follower = new ModelFollower(from);
  const pushes: { at: ShardPosition; body: string }[] = [];
  const answers: { answer: Answer; asked: ShardPosition; generation: number }[] = [];
  const missed: number[] = [];
  const ask = (): void => {
    const { cursor: asked, generation } = follower;
    answers.push({ answer: log.answer(asked, LIMIT), asked, generation });
  };
  const accept = (): boolean => {
    const next = answers.shift();
    if (next === undefined) return false;
    const isAtEnd = follower.accept(next.answer, next.asked, next.generation);
    if (isAtEnd) missed.push(...next.answer.taken.filter((each) => !follower.heard.has(each)));
    return isAtEnd;
  };
  ask();
  while (!accept()) ask();
  const actions: Record<string, () => unknown> = {
    publish: () => pushes.push(log.publish()),
    deliver: () => pushes.length > 0 && follower.take(pushes.shift()!, log),
    lose: () => pushes.shift(),
    swap: () => pushes.length > 1 && pushes.push(pushes.shift()!),
    clear: () => pushes.push(log.clear()),
    trim: () => log.trim(2),
    delete: () => log.deleteLog(),
    save: () => log.save(),
    restart: () => log.restart(),
    ask,
    answer: accept,
  };
  for (const each of steps) actions[each]!();
  while (answers.length > 0) accept();
  for (ask(); !accept(); ask());
  return { missed, resets: follower.resets, heard: follower.heard.size };
}

describe('a follower that does what judgePush and judgeAnswer say', () => {
  it.each([
    ['from now', FROM_NOW],
    ['from the beginning', { epoch: '', sequence: 0 }],
    ['from a position of another log', { epoch: 'e0', sequence: 7 }],
  ])('has heard or forgotten all that the log had taken whenever it is at the end: %s', (_name, from) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        expect(run(steps, from).missed).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it('is never reset while nothing was forgotten, whatever pushes are lost or come out of order', () => {
    const harmless = fc.constantFrom('publish', 'deliver', 'ask', 'answer', 'lose', 'swap', 'save');
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 60 }), (steps) => {
        const { missed, resets, heard } = run(steps, { epoch: '', sequence: 0 });
        expect([missed, resets, heard]).toEqual([[], 0, steps.filter((each) => each === 'publish').length]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('judgeAnswer', () => {
  const at = (sequence: number, epoch = 'e'): ShardPosition => ({ epoch, sequence });
  const answer = (sequence: number, more: Partial<LogAnswer> = {}): LogAnswer => ({
    epoch: 'e',
    sequence,
    clearedFrom: '',
    first: 0,
    entries: [],
    isComplete: true,
    ...more,
  });

  it.each([
    ['another epoch', at(3, 'd'), answer(9), 'lost'],
    ['another epoch that a clear of ours began', at(3, 'd'), answer(9, { clearedFrom: 'd' }), 'cleared'],
    ['another epoch that a clear of a third one began', at(3, 'd'), answer(9, { clearedFrom: 'c' }), 'lost'],
    ['numbers that went back', at(3), answer(2), 'lost'],
    ['entries that begin later', at(3), answer(9, { first: 8, entries: [{ sequence: 8, body: '' }] }), 'trimmed'],
    ['no entries where there should be', at(3), answer(9), 'lost'],
    ['entries that end too early', at(3), answer(9, { entries: [{ sequence: 4, body: '' }] }), 'lost'],
  ])('resets on %s', (_name, cursor, said, reason) => {
    expect(judgeAnswer(cursor, cursor, said)).toMatchObject({
      reset: reason,
      entries: [],
      isAtEnd: true,
      cursor: { epoch: 'e', sequence: said.sequence },
    });
  });

  it('is at the end only when the entries reach it', () => {
    const entries = [4, 5].map((sequence) => ({ sequence, body: '' }));
    const half = judgeAnswer(at(3), at(3), answer(9, { entries, isComplete: false }));
    expect(half).toMatchObject({ reset: undefined, cursor: at(5), isAtEnd: false });
    expect(judgeAnswer(at(3), at(3), answer(5, { entries }))).toMatchObject({ cursor: at(5), isAtEnd: true });
  });
});
