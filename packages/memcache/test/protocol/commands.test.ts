import { expect, it } from 'vitest';

import { encodeBinaryKey } from '../../src/driver/key.ts';
import {
  decrCommand,
  deleteCommand,
  flushCommand,
  getAndTouchCommand,
  getCommand,
  getsCommand,
  incrCommand,
  isBase64,
  markStaleCommand,
  multiGetCommand,
  readCommand,
  storeCommand,
  type StoreMode,
  touchCommand,
} from '../../src/protocol/commands.ts';

const store = (condition: StoreMode | bigint, options = {}): string =>
  storeCommand('k', 7, { valueBytes: 3, options, condition });

it('writes what it reads with', () => {
  expect(getCommand('k', 7)).toBe('mg k v f O7\r\n');
  expect(getsCommand('k', 7)).toBe('mg k v f c O7\r\n');
  expect(getAndTouchCommand('k', 7, 60)).toBe('mg k T60 v f O7\r\n');
  expect(multiGetCommand(['a', 'b', 'a'])).toBe('get a b a\r\n');
  expect(readCommand('k', 7, {})).toBe('mg k v f c t O7\r\n');
});

it('writes what changes an item before what tells about it, which is how memcached goes through the flags', () => {
  const all = { leaseSeconds: 30, refreshBelowSeconds: 10, touchSeconds: 60, unlessCas: 5n };
  expect(readCommand('k', 7, all)).toBe('mg k N30 R10 T60 C5 v f c t O7\r\n');
});

it('writes what it stores with', () => {
  expect(store('set')).toBe('ms k 3 O7\r\n');
  expect(store('add', { flags: 9, ttlSeconds: -5 })).toBe('ms k 3 ME T-1 F9 O7\r\n');
  expect(store('replace', { ttlSeconds: 60 })).toBe('ms k 3 MR T60 O7\r\n');
  expect(store('append')).toBe('ms k 3 MA O7\r\n');
  expect(store('prepend')).toBe('ms k 3 MP O7\r\n');
  expect(store(12n, { explicitCas: 13n })).toBe('ms k 3 C12 E13 O7\r\n');
  expect(store(2n ** 64n - 1n, { orStale: true })).toBe('ms k 3 C18446744073709551615 I O7\r\n');
  expect(store(1n, { orStale: false })).toBe('ms k 3 C1 O7\r\n');
});

it('writes deletes, touches, marks, counts and flushes', () => {
  expect(deleteCommand('k', 7)).toBe('md k O7\r\n');
  expect(markStaleCommand('k', 7, {})).toBe('md k I O7\r\n');
  expect(markStaleCommand('k', 7, { ttlSeconds: 30, explicitCas: 8n })).toBe('md k I T30 E8 O7\r\n');
  expect(touchCommand('k', 7, 0)).toBe('mg k T0 O7\r\n');
  expect(incrCommand('k', 7, 1n)).toBe('ma k D1 v O7\r\n');
  expect(decrCommand('k', 7, 2n)).toBe('ma k MD D2 v O7\r\n');
  expect(flushCommand(0)).toBe('flush_all\r\n');
  expect(flushCommand(30)).toBe('flush_all 30\r\n');
});

it('puts the flag of a key in base64 where the command wants it', () => {
  const key = encodeBinaryKey(Buffer.from([0, 1, 2, 3, 4]));
  expect(isBase64(key)).toBe(true);
  expect(isBase64('b')).toBe(false);
  expect(isBase64('ab')).toBe(false);
  expect(getCommand(key, 7)).toBe('mg AAECAwQ= b v f O7\r\n');
  expect(deleteCommand(key, 7)).toBe('md AAECAwQ= b O7\r\n');
  expect(incrCommand(key, 7, 1n)).toBe('ma AAECAwQ= b D1 v O7\r\n');
  expect(storeCommand(key, 7, { valueBytes: 3, options: {}, condition: 'add' })).toBe('ms AAECAwQ= 3 b ME O7\r\n');
});

it.each([
  () => readCommand('k', 7, { leaseSeconds: 0 }),
  () => readCommand('k', 7, { leaseSeconds: -1 }),
  () => readCommand('k', 7, { leaseSeconds: 2_592_001 }),
  () => readCommand('k', 7, { refreshBelowSeconds: 0.5 }),
  () => readCommand('k', 7, { touchSeconds: Number.NaN }),
  () => readCommand('k', 7, { unlessCas: -1n }),
  () => getAndTouchCommand('k', 7, 2 ** 31),
  () => store('set', { explicitCas: 2n ** 64n }),
  () => store('set', { flags: 2 ** 32 }),
  () => store(-1n),
  () => markStaleCommand('k', 7, { ttlSeconds: 1.5 }),
  () => incrCommand('k', 7, 2n ** 64n),
  () => flushCommand(-1),
])('refuses a number that memcached would take for another (%#)', (command) => {
  expect(command).toThrow(RangeError);
});

it('refuses a number that is no bigint where one is needed', () => {
  expect(() => incrCommand('k', 7, 1 as unknown as bigint)).toThrow('delta must be a bigint, got number');
});
