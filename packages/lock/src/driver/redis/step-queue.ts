import {
  type Clock,
  type RedisArgument,
  type RedisClient,
  type RedisScript,
  type Timer,
  TurnoverMap,
} from '@lockstep/core';

import type { Bound } from '../lock-driver.ts';
import { closedError, silenceError, toLockError } from './redis-failure.ts';
import type { Step } from './step.ts';
import { WaitingStep } from './waiting-step.ts';

/** The most steps in one command, so that no command keeps Redis busy for long. */
const MAX_STEPS = 128;
/** From so many on, steps do not wait for the end of the turn when Redis has no more than these to do. */
const MIN_STEPS = 16;

/** Where the steps go. */
export interface StepQueueOptions {
  readonly client: RedisClient;
  readonly script: RedisScript;
  /** The arguments before the steps'. */
  readonly head: () => readonly RedisArgument[];
  /** What a command declares for what its steps work on. */
  readonly declared: (keys: readonly string[]) => readonly string[];
  readonly clock: Clock;
  readonly schedule: (send: () => void) => void;
}

/** Sends the steps of one turn as one command per group, or in a few where there are many and Redis would be idle meanwhile. */
export interface StepQueue {
  run<T>(step: Step<T>, bound: Bound): Promise<T>;
  /** Rejects everything that is under way. */
  close(): void;
}

/** Makes a queue. Its promises settle by their bound whether or not the client ever does. */
export function createStepQueue(options: StepQueueOptions): StepQueue {
  const { client, script, head, declared, clock, schedule } = options;
  let groups = new Map<string, WaitingStep[]>();
  const underWay = new TurnoverMap<number, readonly WaitingStep[]>();
  let sends = 0;
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
        void send(waiting.slice(from, from + MAX_STEPS).filter(({ isSettled }) => !isSettled));
      }
    }
  }

  async function send(batch: readonly WaitingStep[]): Promise<void> {
    if (batch.length === 0) return;
    const keys: string[] = [];
    const args: RedisArgument[] = [...head()];
    let like: object | undefined;
    for (const { step } of batch) {
      keys.push(...step.keys);
      args.push(...(step.like !== undefined && step.like === like ? step.again! : step.args));
      like = step.like ?? like;
    }
    const sent = { sentAt: clock.monotonic(), sentAtWall: clock.now() };
    const number = (sends += 1);
    underWay.set(number, batch);
    unanswered += batch.length;
    watch(batch);
    try {
      const replies = (await script.run(client, declared(keys), args)) as unknown[];
      for (let i = 0; i < batch.length; i++) batch[i]!.answer(replies[i], sent);
    } catch (error) {
      for (const waiting of batch) waiting.fail(toLockError(error));
    } finally {
      underWay.delete(number);
      unanswered -= batch.length;
    }
  }

  /** One timer for everything that is under way: most steps are answered long before it is over. */
  function watch(batch: readonly WaitingStep[]): void {
    for (const { isSettled, due } of batch) {
      if (isSettled || due >= watchedAt) continue;
      watchedAt = due;
      timer?.cancel();
      timer = clock.setTimer(check, Math.max(0, due - clock.monotonic()));
    }
  }

  function check(): void {
    const at = clock.monotonic();
    watchedAt = Infinity;
    for (const batch of underWay.values()) {
      for (const waiting of batch) if (waiting.due <= at) waiting.fail(silenceError(waiting.timeoutMs));
      watch(batch);
    }
  }

  return {
    run<T>(step: Step<T>, bound: Bound): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (isClosed) return reject(closedError());
        if (bound.signal?.aborted === true) return reject(bound.signal.reason);
        const due = clock.monotonic() + bound.timeoutMs;
        const waiting = new WaitingStep(step, bound, due, resolve as (value: unknown) => void, reject);
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
      for (const batch of [...underWay.values(), ...groups.values()]) {
        for (const waiting of batch) waiting.fail(closedError());
      }
      groups.clear();
    },
  };
}
