import { expect, it } from 'vitest';

import { findGuardProblems } from '../../../src/http/guards/check-guard-rules.ts';

const good = {
  lists: { ban: ['192.0.2.0/24'] },
  tokens: { tokens: [{ name: 'a', sha256: 'ab'.repeat(32), scopes: ['read'] as const }] },
  limits: { perAddress: { max: 1, windowMs: 1 } },
};

it('finds nothing wrong with rules that the guards take', () => {
  expect(findGuardProblems(good)).toEqual([]);
  expect(findGuardProblems({ lists: {}, tokens: {}, limits: {} })).toEqual([]);
});

it('has a line for each of the three that the guards would refuse', () => {
  const problems = findGuardProblems({
    lists: { ban: ['10.0.0.1/8'] },
    tokens: { tokens: [{ name: 'a', sha256: 'ab', scopes: ['read'] }] },
    limits: { perToken: { max: 0, windowMs: 1 } },
  });
  expect(problems).toEqual([
    'ban[0]: "10.0.0.1/8" has bits outside of its prefix of 8: write the first address of the range',
    'the token "a" must have 64 hexadecimal digits as sha256',
    'limits.perToken.max must be a whole number above 0, got 0',
  ]);
});
