import type { RedisArgument, RedisClient } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import type { AcquireReply, AcquireRequest } from '../../src/driver/lock-driver.ts';
import { createLockNames } from '../../src/driver/redis/lock-names.ts';
import { createLockSteps } from '../../src/driver/redis/lock-steps.ts';
import { createReplicaCheck, type ReplicaCheck } from '../../src/driver/redis/replica-check.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

const TOKEN = 7;
const QUEUED = [1, 0, 'x:1', 1000];
const request: AcquireRequest = {
  key: 'k',
  owner: 'p:1',
  ttlMs: 60_000,
  grantMs: 1000,
  mode: 'queue',
  replicas: 1,
};

interface Setup {
  readonly check: ReplicaCheck;
  readonly clock: ManualClock;
  /** What was sent and not answered yet, as `acquire`, `WAIT` or `release`. */
  readonly sent: () => string[];
  /** Answers the oldest of that name, or the one after so many. */
  readonly answer: (name: string, reply: unknown, after?: number) => Promise<void>;
  readonly acquire: () => Promise<AcquireReply>;
}

function setup(): Setup {
  const clock = createManualClock();
  const sent: { readonly name: string; readonly answer: (reply: unknown) => void }[] = [];
  const send = (name: string): Promise<unknown> => new Promise((answer) => void sent.push({ name, answer }));
  const own = { call: send, callBuffer: send, on: () => undefined, disconnect: () => undefined };
  const client: RedisClient = {
    call: send,
    callBuffer: send,
    duplicate: () => ({ ...own, duplicate: () => own }) as never,
  };
  const script = {
    run: (_client: RedisClient, _keys: readonly RedisArgument[], args: readonly RedisArgument[]) =>
      send(String(args[0]).startsWith('A') ? 'acquire' : 'release'),
  };
  const steps = createLockSteps(createLockNames('unit', false));
  const check = createReplicaCheck({ client, script, head: () => [], declared: (keys) => keys, steps, clock });
  return {
    check,
    clock,
    sent: () => sent.map(({ name }) => name),
    async answer(name, reply, after = 0) {
      const [one] = sent.filter((each) => each.name === name).slice(after);
      sent.splice(sent.indexOf(one!), 1);
      one!.answer(reply);
      await clock.advance(0);
    },
    acquire() {
      const asked = check.acquire(request, { timeoutMs: 1000 });
      asked.catch(() => undefined);
      return asked;
    },
  };
}

describe('a grant that replicas must have', () => {
  it('is given back when they do not have it', async () => {
    const { answer, acquire, sent, clock } = setup();
    const asked = acquire();
    await clock.advance(0);
    await answer('acquire', [TOKEN]);
    await answer('WAIT', 0);
    expect(sent()).toEqual(['release']);
    await answer('release', [1]);
    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('it was given back') });
  });

  it('stays when its answer was too late and its owner has asked again', async () => {
    const { answer, acquire, sent, clock } = setup();
    const late = acquire();
    await clock.advance(1001);
    await expect(late).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    const again = acquire();
    await clock.advance(0);
    expect(sent()).toEqual(['acquire', 'acquire']);
    await answer('acquire', [TOKEN]);
    await answer('acquire', [TOKEN]);
    await answer('WAIT', 1);
    await expect(again).resolves.toMatchObject({ kind: 'held', token: TOKEN });
    expect(sent()).toEqual([]);
  });

  it('stays when another attempt of its owner finds too few replicas after the first was answered', async () => {
    const { answer, acquire, sent, clock } = setup();
    const [first, second] = [acquire(), acquire()];
    await clock.advance(0);
    await answer('acquire', [TOKEN]);
    await answer('acquire', [TOKEN]);
    await answer('WAIT', 1);
    await expect(first).resolves.toMatchObject({ kind: 'held' });
    await answer('WAIT', 0);
    await expect(second).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    expect(sent()).toEqual([]);
  });

  it('is not held by an attempt that is heard after a newer one gave it back', async () => {
    const { answer, acquire, clock } = setup();
    const [first, second] = [acquire(), acquire()];
    await clock.advance(0);
    await answer('acquire', [TOKEN]);
    await answer('acquire', [TOKEN]);
    await answer('WAIT', 0, 1);
    await answer('WAIT', 1);
    await expect(first).rejects.toMatchObject({ message: expect.stringContaining('given back meanwhile') });
    await answer('release', [1]);
    await expect(second).rejects.toMatchObject({ message: expect.stringContaining('0 of 1 replicas') });
  });

  it('is not asked for again before what was given back is', async () => {
    const { answer, acquire, sent, clock } = setup();
    const refused = acquire();
    await clock.advance(0);
    await answer('acquire', [TOKEN]);
    await answer('WAIT', 0);
    const again = acquire();
    await clock.advance(0);
    expect(sent()).toEqual(['release']);
    await answer('release', [1]);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    expect(sent()).toEqual(['acquire']);
    await answer('acquire', [TOKEN + 1]);
    await answer('WAIT', 1);
    await expect(again).resolves.toMatchObject({ token: TOKEN + 1 });
  });

  it.each([
    ['the lock', [TOKEN]],
    ['a place in line', [QUEUED]],
  ])('gives back %s that comes after its owner has cancelled', async (_what, reply) => {
    const { check, answer, acquire, sent, clock } = setup();
    const asked = acquire();
    await clock.advance(0);
    check.left('p:1');
    await answer('acquire', reply);
    expect(sent()).toEqual(['release']);
    await answer('release', [1]);
    await expect(asked).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
  });
});
