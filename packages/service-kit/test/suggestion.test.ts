import { describe, expect, it } from 'vitest';

import { closestWord, listWords } from '../src/suggestion.ts';

const known = ['redis', 'pool', 'proxy', 'shipper', 'receiver'];

describe('closestWord', () => {
  it.each([
    ['pol', 'pool'],
    ['pools', 'pool'],
    ['prxoy', 'proxy'],
    ['Redis', 'redis'],
    ['reciever', 'receiver'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('takes %j for %j', (word, expected) => {
    expect(closestWord(word, known)).toBe(expected);
  });
});

describe('listWords', () => {
  it('writes a list as in a sentence', () => {
    expect([listWords([]), listWords(['a']), listWords(['a', 'b']), listWords(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ]);
  });
});
