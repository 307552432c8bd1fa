import { expect, it } from 'vitest';

import { KeysInFlight } from '../../src/engine/keys-in-flight.ts';
import { LargeKeys } from '../../src/engine/large-keys.ts';

it('remembers a thousand and twenty-four large keys, those that were seen last', () => {
  const keys = new LargeKeys();
  expect(keys.isEmpty).toBe(true);
  for (let index = 0; index < 1024; index++) keys.remember(`k${index}`);
  keys.remember('k0');
  keys.remember('new');
  expect([keys.has('k0'), keys.has('k1'), keys.has('k2'), keys.has('new')]).toEqual([true, false, true, true]);
  keys.forget('new');
  expect(keys.has('new')).toBe(false);
});

it('knows a key as long as there is a request on it', () => {
  const keys = new KeysInFlight();
  keys.add('a');
  keys.add('a');
  keys.add('b');
  keys.remove('a');
  expect([keys.has('a'), keys.has('b')]).toEqual([true, true]);
  keys.remove('a');
  expect(keys.has('a')).toBe(false);
  expect(keys.occurIn('get x b\r\n', undefined)).toBe(true);
  expect(keys.occurIn('', Buffer.from('md b O1\r\n'))).toBe(true);
  expect(keys.occurIn('get a\r\n', Buffer.from('md a O1\r\n'))).toBe(false);
  keys.remove('b');
  expect(keys.isEmpty).toBe(true);
});
