import { expect, it } from 'vitest';

import { ByteWindow } from '../src/index.ts';

const bytes = Buffer.from('one two three');

it('shows the bytes that it is asked for, in the same memory each time', () => {
  const shown = new ByteWindow(5);
  const one = shown.show(bytes, 0, 3);
  expect(one.toString()).toBe('one');
  expect(shown.show(bytes, 8, 13).toString()).toBe('three');
  expect(shown.show(bytes, 4, 7)).toBe(one);
  expect(one.toString()).toBe('two');
  expect(shown.show(bytes, 2, 2)).toHaveLength(0);
});

it('shows no more than it has room for', () => {
  expect(() => new ByteWindow(5).show(bytes, 0, 6)).toThrow('a window of 5 bytes cannot show 6');
});
