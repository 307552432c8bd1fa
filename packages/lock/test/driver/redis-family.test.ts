import type { RedisArgument, RedisClient } from '@lockstep/core';
import { expect, it } from 'vitest';

import type { AcquireRequest } from '../../src/driver/lock-driver.ts';
import { createLockNames } from '../../src/driver/redis/lock-names.ts';
import { createRedisFamily } from '../../src/driver/redis/redis-family.ts';
import { createManualClock } from '../manual-clock.ts';

const BOUND = { timeoutMs: 1000 };
const TOKEN = 7;

it('takes no pushed grant for lost whose check fails while its waiter asks again, and is answered', async () => {
  const clock = createManualClock();
  const questions: ((reply: unknown) => void)[] = [];
  const waits: ((copies: number) => void)[] = [];
  const call = (command: RedisArgument): Promise<unknown> =>
    new Promise((resolve) => void (command === 'WAIT' ? waits : questions).push(resolve));
  const own = { call, callBuffer: call, on: () => undefined, disconnect: () => undefined };
  const client: RedisClient = { call, callBuffer: call, duplicate: () => ({ ...own, duplicate: () => own }) as never };
  const names = createLockNames('unit', false);
  const errors: string[] = [];
  const lost: string[] = [];
  const granted: string[] = [];
  const family = createRedisFamily({
    client,
    family: 'lock',
    names,
    isCluster: false,
    subscription: {
      receivers: '1',
      isListeningTo: () => true,
      ensure: () => Promise.resolve(true),
      setWaiting: () => undefined,
      waits: () => undefined,
      left: () => undefined,
      close: () => undefined,
    },
    onError: ({ message }) => errors.push(message),
    clock,
    random: () => 0,
    schedule: (send) => send(),
  });
  family.calls.listen({
    onGrant: ({ owner }) => granted.push(owner),
    onLost: (_key, owner) => lost.push(owner),
    onReconnect: () => undefined,
  });
  const request: AcquireRequest = { key: 'k', owner: 'p:1', ttlMs: 60_000, grantMs: 1000, mode: 'queue', replicas: 1 };
  const answer = async (reply: unknown): Promise<void> => {
    await clock.advance(0);
    questions.shift()!([reply]);
    await clock.advance(0);
  };

  const first = family.calls.acquire(request, BOUND);
  await answer([1, 0, 'x:1', 1000]);
  await expect(first).resolves.toMatchObject({ kind: 'queued' });
  family.hear(
    { kind: 'grant', base: names.base('k'), owner: 'p:1', token: TOKEN, ttlMs: 1000 },
    { sentAt: 0, sentAtWall: 0 },
  );
  const polled = family.calls.acquire(request, BOUND);
  await answer(TOKEN);
  await answer(TOKEN);
  waits.shift()!(0);
  await clock.advance(0);
  waits.shift()!(1);
  await expect(polled).resolves.toMatchObject({ kind: 'held', token: TOKEN });
  expect(errors).toEqual(['0 of 1 replicas have the lock "k"']);
  expect({ lost, granted, unanswered: questions.length }).toEqual({ lost: [], granted: [], unanswered: 0 });
  family.close();
});
