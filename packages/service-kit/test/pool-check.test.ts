import { expect, it } from 'vitest';

import { poolCheck } from '../src/pool/pool-check.ts';

const nodes = [
  { name: 'east-1', address: '127.0.0.1:4501' },
  { name: 'east-2', address: '127.0.0.1:4502' },
];
const check = (...errors: unknown[]): ReturnType<ReturnType<typeof poolCheck>> =>
  poolCheck({ stats: async () => errors.map((error) => (error === undefined ? {} : { error })) }, nodes)();

it('is content while one node answers', async () => {
  expect(await check(new Error('connect ECONNREFUSED'), undefined)).toBeUndefined();
});

it('names every node and its reason when none answers', async () => {
  expect(await check(new Error('connect ECONNREFUSED'), new Error('no answer'))).toBe(
    'memcached east-1 at 127.0.0.1:4501 is not reachable: connect ECONNREFUSED; memcached east-2 at 127.0.0.1:4502 is not reachable: no answer',
  );
});
