import {
  type Clock,
  type RedisArgument,
  type RedisClient,
  type RedisConnection,
  type RedisScript,
  withDeadline,
} from '@lockstep/core';

import { LockError } from '../../lock-error.ts';
import type { AcquireReply, AcquireRequest, Bound } from '../lock-driver.ts';
import type { LockSteps } from './lock-steps.ts';
import { type Attempt, OwnerAttempts } from './owner-attempts.ts';
import { closedError, silenceError, toLockError } from './redis-failure.ts';

/** What a check works with. */
export interface ReplicaCheckOptions {
  readonly client: RedisClient;
  readonly script: RedisScript;
  readonly head: () => readonly RedisArgument[];
  readonly declared: (keys: readonly string[]) => readonly string[];
  readonly steps: LockSteps;
  readonly clock: Clock;
}

/** Acquires what must be on so many replicas before it counts. */
export interface ReplicaCheck {
  acquire(request: AcquireRequest, bound: Bound): Promise<AcquireReply>;
  /** The owner releases or cancels: what he asked for before is given back when it is answered. */
  left(owner: string): void;
  close(): void;
}

/** Several commands that go over one connection of one node, one after the other. */
interface Pipelined extends RedisConnection {
  pipeline?(commands: readonly (readonly RedisArgument[])[]): { exec(): Promise<unknown> };
}

/**
 * WAIT counts the replicas that have what this very connection wrote, and blocks it meanwhile. So such locks are acquired
 * over a connection of their own, made when the first is wanted.
 */
export function createReplicaCheck(options: ReplicaCheckOptions): ReplicaCheck {
  const { client, script, head, declared, steps, clock } = options;
  const attempts = new OwnerAttempts();
  let connection: Pipelined | undefined;
  let isClosed = false;

  function open(): Pipelined {
    if (isClosed) throw closedError();
    if (connection === undefined) {
      connection = client.duplicate();
      // A command that failed says so itself.
      connection.on('error', () => undefined);
    }
    return connection;
  }

  async function ask(
    request: AcquireRequest,
    attempt: Attempt,
    waitMs: number,
    isHeard: () => boolean,
  ): Promise<AcquireReply> {
    await attempt.ready();
    if (attempt.isOver || !isHeard()) throw unwantedError(request);
    const { keys, args, decode } = steps.acquire(request);
    const own = open();
    const sent = { sentAt: clock.monotonic(), sentAtWall: clock.now() };
    const [reply] = (await script.run(own, declared(keys), [...head(), ...args])) as [unknown];
    if (Array.isArray(reply) && reply[0] === -1) throw new Error(String(reply[1]));
    const answer = decode(reply, sent);
    // Whoever does not hear it asks again or cancels.
    const isCounted = answer.kind === 'held' && isHeard() && !attempt.isOver;
    const copies = isCounted ? await countCopies(own, keys[0]!, request.replicas!, waitMs) : 0;
    // What he said over the other connection may have come before the question.
    if (attempt.isOver && answer.kind !== 'taken') {
      await attempt.giveBack(() => giveBack(request));
      throw unwantedError(request);
    }
    if (!isCounted || copies >= request.replicas!) return answer;
    const { isAlone } = attempt;
    if (isAlone) await attempt.giveBack(() => giveBack(request));
    const message = `${copies} of ${request.replicas} replicas have the lock ${JSON.stringify(request.key)}`;
    throw new LockError('ERR_LOCK_UNAVAILABLE', isAlone ? `${message}; it was given back` : message, {
      key: request.key,
    });
  }

  async function giveBack({ key, owner }: AcquireRequest): Promise<void> {
    const { keys, args } = steps.release(key, owner);
    await script.run(client, declared(keys), [...head(), ...args]);
  }

  return {
    async acquire(request, { timeoutMs, signal }) {
      if (isClosed) throw closedError();
      const waitMs = Math.max(1, Math.floor(timeoutMs / 2));
      const attempt = attempts.begin(request.owner);
      let isHeard = true;
      const asked = ask(request, attempt, waitMs, () => isHeard)
        .catch((error: unknown) => {
          throw toLockError(error);
        })
        .finally(() => attempt.end());
      try {
        const onTimeout = (): LockError => silenceError(timeoutMs);
        const reply = await withDeadline(asked, { ms: timeoutMs, signal, onTimeout, clock });
        if (reply.kind === 'held' && !attempt.hold()) throw unwantedError(request);
        return reply;
      } finally {
        isHeard = false;
      }
    },
    left: (owner) => attempts.left(owner),
    close() {
      isClosed = true;
      connection?.disconnect();
    },
  };
}

/** Nobody waits for it, or an attempt after it gave it back. */
function unwantedError({ key }: AcquireRequest): LockError {
  return new LockError('ERR_LOCK_UNAVAILABLE', `the lock ${JSON.stringify(key)} was given back meanwhile`, { key });
}

/** On how many replicas what the connection wrote to the node of `name` is. */
async function countCopies(own: Pipelined, name: string, replicas: number, waitMs: number): Promise<number> {
  if ((own as { isCluster?: unknown }).isCluster !== true || own.pipeline === undefined) {
    return Number(await own.call('WAIT', replicas, waitMs));
  }
  // WAIT has no key: it goes to the node of the command before it, which writes nothing.
  const replies = (await own
    .pipeline([
      ['persist', `${name}:none`],
      ['wait', replicas, waitMs],
    ])
    .exec()) as [Error | null, unknown][];
  const [error, copies] = replies[1]!;
  if (error !== null) throw error;
  return Number(copies);
}
