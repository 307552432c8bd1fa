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
  const answers: ((reply: [string, string, number]) => void)[] = [];
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
  answers[0]!(['aaaaaaaa', '1', 0]);
  answers[1]!(['aaaaaaaa', '2', 0]);
  expect(await Promise.all([...first, ...later])).toEqual(['aaaaaaaa-1', 'aaaaaaaa-1', 'aaaaaaaa-2', 'aaaaaaaa-2']);

  const next = log.publish(['e']);
  await endOfTick();
  expect(bodies).toHaveLength(3);
  answers[2]!(['aaaaaaaa', '3', 0]);
  await next;
});
