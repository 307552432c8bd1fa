import type { Clock, RedisArgument, RedisClient, RedisScript, Timer } from '@lockstep/core';

import type { Bound } from '../lock-driver.ts';
import { closedError, silenceError, toLockError } from './redis-failure.ts';

/** The most steps in one command, so that no command keeps Redis busy for long. */
const MAX_STEPS = 128;
/** From so many on, steps do not wait for the end of the turn when Redis has no more than these to do. */
const MIN_STEPS = 16;

/** When something was sent, on both clocks. */
export interface SentAt {
  readonly sentAt: number;
  readonly sentAtWall: number;
}

/** One step of a script: what it takes, and how its answer reads. */
export interface Step<T> {
  /** Steps of one group go together. */
  readonly group: string;
  readonly keys: readonly string[];
  readonly args: readonly RedisArgument[];
  readonly decode: (reply: unknown, sent: SentAt) => T;
  /** It goes with all others of its turn, and never before the end of it. */
  readonly isPatient?: boolean;
}

/** Where the steps go. */
export interface StepQueueOptions {
  readonly client: RedisClient;
  readonly script: RedisScript;
  /** The arguments before the steps'. */
  readonly head: readonly RedisArgument[];
  readonly clock: Clock;
  readonly schedule: (send: () => void) => void;
}

/** Sends the steps of one turn as one command per group, or in a few where there are many and Redis would be idle meanwhile. */
export interface StepQueue {
  run<T>(step: Step<T>, bound: Bound): Promise<T>;
  /** Rejects everything that is under way. */
  close(): void;
}

/** A step that somebody waits for. It settles once. */
interface Waiting {
  readonly step: Step<unknown>;
  readonly due: number;
  readonly timeoutMs: number;
  settle: ((outcome: () => void) => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a queue. Its promises settle by their bound whether or not the client ever does. */
export function createStepQueue(options: StepQueueOptions): StepQueue {
  const { client, script, head, clock, schedule } = options;
  let groups = new Map<string, Waiting[]>();
  const underWay = new Set<readonly Waiting[]>();
  let isScheduled = false;
  let gathered = 0;
  let unanswered = 0;
  let timer: Timer | undefined;
  let watchedAt = Infinity;
  let isClosed = false;

  function endTurn(): void {
    isScheduled = false;
    flush();
  }

  function flush(): void {
    const ready = groups;
    groups = new Map();
    gathered = 0;
    for (const waiting of ready.values()) {
      for (let from = 0; from < waiting.length; from += MAX_STEPS) {
        void send(waiting.slice(from, from + MAX_STEPS).filter(({ settle }) => settle !== undefined));
      }
    }
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    const keys: string[] = [];
    const args: RedisArgument[] = [...head];
    for (const { step } of batch) {
      keys.push(...step.keys);
      args.push(...step.args);
    }
    const sent = { sentAt: clock.monotonic(), sentAtWall: clock.now() };
    underWay.add(batch);
    unanswered += batch.length;
    watch(batch);
    try {
      const replies = (await script.run(client, keys, args)) as unknown[];
      for (const [i, waiting] of batch.entries()) answer(waiting, replies[i], sent);
    } catch (error) {
      for (const { settle, reject } of batch) settle?.(() => reject(toLockError(error)));
    } finally {
      underWay.delete(batch);
      unanswered -= batch.length;
    }
  }

  /** One timer for everything that is under way: most steps are answered long before it is over. */
  function watch(batch: readonly Waiting[]): void {
    for (const { settle, due } of batch) {
      if (settle === undefined || due >= watchedAt) continue;
      watchedAt = due;
      timer?.cancel();
      timer = clock.setTimer(check, Math.max(0, due - clock.monotonic()));
    }
  }

  function check(): void {
    const at = clock.monotonic();
    watchedAt = Infinity;
    for (const batch of underWay) {
      for (const { settle, due, timeoutMs, reject } of batch) {
        if (due <= at) settle?.(() => reject(silenceError(timeoutMs)));
      }
      watch(batch);
    }
  }

  return {
    run<T>(step: Step<T>, { timeoutMs, signal }: Bound): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (isClosed) return reject(closedError());
        if (signal?.aborted === true) return reject(signal.reason);
        const abort = (): void => waiting.settle?.(() => reject(signal?.reason));
        const waiting: Waiting = {
          step,
          due: clock.monotonic() + timeoutMs,
          timeoutMs,
          settle(outcome) {
            waiting.settle = undefined;
            signal?.removeEventListener('abort', abort);
            outcome();
          },
          resolve: resolve as (value: unknown) => void,
          reject,
        };
        signal?.addEventListener('abort', abort, { once: true });
        if (!isScheduled) {
          isScheduled = true;
          schedule(endTurn);
        }
        const group = groups.get(step.group);
        if (group === undefined) groups.set(step.group, [waiting]);
        else group.push(waiting);
        if (step.isPatient === true) return;
        gathered++;
        // Redis works on these while the rest of the turn is put together.
        if (gathered >= MIN_STEPS && gathered >= unanswered) flush();
      });
    },
    close() {
      isClosed = true;
      timer?.cancel();
      for (const batch of [...underWay, ...groups.values()]) {
        for (const { settle, reject } of batch) settle?.(() => reject(closedError()));
      }
      groups.clear();
    },
  };
}

function answer({ step, settle, resolve, reject }: Waiting, reply: unknown, sent: SentAt): void {
  settle?.(() => {
    try {
      if (Array.isArray(reply) && reply[0] === -1) reject(toLockError(new Error(String(reply[1]))));
      else resolve(step.decode(reply, sent));
    } catch (error) {
      reject(toLockError(error));
    }
  });
}
