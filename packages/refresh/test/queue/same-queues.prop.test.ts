import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';

import { createMemoryQueue } from '../../src/queue/memory/memory-queue.ts';
import type { RefreshQueue, RefreshReason, TaskOutcome } from '../../src/queue/refresh-queue.ts';
import { openBullLab } from './bull-lab.ts';

type Step =
  | { readonly kind: 'enqueue'; readonly key: string; readonly reason: RefreshReason }
  | { readonly kind: 'drop' | 'answer' | 'succeed' | 'fail'; readonly key: string }
  | { readonly kind: 'pause' | 'resume' };

const key = fc.constantFrom('a', 'b');
const reason = fc.constantFrom<RefreshReason>('missing', 'ageing', 'invalidated', 'manual', 'scheduled', 'warm-up');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), key, reason }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('succeed' as const, 'fail' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('drop' as const, 'answer' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const) }) },
);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const check = async (): Promise<void> => {
    if (!(await isSo())) throw new Error('it never came to rest');
  };
  await vi.waitFor(check, { interval: 2, timeout: 15_000 });
}

/** A queue, and the tasks that its consumer holds until a step ends them. */
class Subject {
  readonly #queue: RefreshQueue;
  readonly #held = new Map<string, (outcome: Promise<TaskOutcome>) => void>();
  /** What began, and whether a key ever had two at once. */
  readonly history: string[] = [];

  constructor(queue: RefreshQueue) {
    this.#queue = queue;
    queue.consume(async (task) => {
      this.history.push(this.#held.has(task.key) ? `two of ${task.key}` : `${task.key} ${task.reason}`);
      try {
        return await new Promise<TaskOutcome>((resolve) => this.#held.set(task.key, resolve));
      } finally {
        this.#held.delete(task.key);
      }
    });
  }

  async take(next: Step): Promise<unknown> {
    const queue = this.#queue;
    if (next.kind === 'enqueue') return queue.enqueue({ key: next.key, reason: next.reason, requestedAt: 1 });
    if (next.kind === 'drop') return queue.drop(next.key);
    if (next.kind === 'answer') return queue.drop(next.key, { sparesFollowUps: true });
    if (!('key' in next)) return queue[next.kind]();
    const end = this.#held.get(next.key);
    end?.(next.kind === 'succeed' ? Promise.resolve('refreshed') : Promise.reject(new Error('down')));
    if (end !== undefined) await until(() => this.#held.get(next.key) !== end);
    return end !== undefined;
  }

  /** Resolves when nothing more happens of itself. */
  async rest(): Promise<unknown> {
    await until(async () => {
      const { waiting, active, isPaused } = await this.#queue.counts();
      return active === this.#held.size && (isPaused || waiting === 0);
    });
    return { ...(await this.#queue.counts()), history: this.history.toSorted() };
  }

  async end(): Promise<void> {
    for (const end of this.#held.values()) end(Promise.resolve('refreshed'));
    await this.#queue.close();
  }
}

it('does the same on BullMQ as in memory, whatever is asked in whatever order', async () => {
  await using lab = await openBullLab();
  let places = 0;
  const settings = { attempts: 2, backoff: { minMs: 60_000, maxMs: 60_000 } };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const bull = lab.queue({ ...settings, prefix: `same-${places++}`, lockMs: 20_000, callTimeoutMs: 10_000 });
      const pair = [new Subject(createMemoryQueue(settings)), new Subject(bull)] as const;
      try {
        for (const next of steps) {
          const [wanted, found] = await Promise.all(pair.map((subject) => subject.take(next)));
          expect(found).toEqual(wanted);
          const [rest, bullRest] = await Promise.all(pair.map((subject) => subject.rest()));
          expect(bullRest).toEqual(rest);
        }
        expect(pair[0].history.filter((line) => line.startsWith('two'))).toEqual([]);
      } finally {
        await Promise.all(pair.map((subject) => subject.end()));
      }
    }),
    { numRuns: Number(process.env['REFRESH_QUEUE_RUNS'] ?? 8) },
  );
}, 60_000);
