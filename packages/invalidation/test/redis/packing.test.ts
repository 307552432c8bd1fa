import { setImmediate as turn } from 'node:timers/promises';

import type { RedisArgument, RedisClient } from '@lockstep/core';
import { expect, it, onTestFinished } from 'vitest';

import { createRedisLog } from '../../src/index.ts';

function endOfTick(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

it('sends at once while nothing is under way, and packs what comes until the answer', async () => {
  const bodies: RedisArgument[] = [];
  const answers: ((reply: string) => void)[] = [];
  const client: RedisClient = {
    call: (_command, ...args) => {
      bodies.push(args.at(-1)!);
      return new Promise((resolve) => void answers.push(resolve));
    },
    callBuffer: () => Promise.reject(new Error('not used')),
    duplicate: () => {
      throw new Error('not used');
    },
  };
  const log = createRedisLog({ client, namespace: 'packing' });
  onTestFinished(() => log.close());
  const first = [log.publish(['a']), log.publish(['b'])];
  await endOfTick();
  expect(bodies).toEqual(['{"k":["a","b"]}']);

  const later = [log.publish(['c'])];
  await Promise.resolve();
  later.push(log.publish(['d']));
  await endOfTick();
  expect(bodies).toHaveLength(1);
  await turn();
  expect(bodies).toEqual(['{"k":["a","b"]}', '{"k":["c","d"]}']);
  answers[0]!('aaaaaaaa 1');
  answers[1]!('aaaaaaaa 2');
  expect(await Promise.all([...first, ...later])).toEqual(['aaaaaaaa-1', 'aaaaaaaa-1', 'aaaaaaaa-2', 'aaaaaaaa-2']);

  const next = log.publish(['e']);
  await endOfTick();
  expect(bodies).toHaveLength(3);
  answers[2]!('aaaaaaaa 3');
  await next;
});

it('does not send what its caller gives up before, and tells each caller of his own end', async () => {
  const sent: RedisArgument[] = [];
  const client: RedisClient = {
    call: (_command, ...args) => {
      sent.push(args.at(-1)!);
      return Promise.reject(new Error('no'));
    },
    callBuffer: () => Promise.reject(new Error('not used')),
    duplicate: () => {
      throw new Error('not used');
    },
  };
  const log = createRedisLog({ client, namespace: 'packing' });
  const leaving = new AbortController();
  const left = log.publish(['a'], { signal: leaving.signal });
  const stayed = log.publish(['b'], { signal: new AbortController().signal });
  const reason = new Error('gone');
  leaving.abort(reason);
  await expect(left).rejects.toBe(reason);
  await expect(stayed).rejects.toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
  expect(sent).toEqual(['{"k":["b"]}']);
  // Nothing is under way that it would wait for.
  await log.close();
});
