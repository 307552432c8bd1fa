import { expect, it } from 'vitest';

import { commandKey, commandName, isOnKey, isPlainRead } from '../../src/protocol/command-facts.ts';

it('names the command', () => {
  expect(commandName('mg k v f O1\r\n')).toBe('mg');
  expect(commandName('flush_all\r\n')).toBe('flush_all');
});

it('tells the key of a meta command, and compares it', () => {
  expect(commandKey('ms some:key 3 O1\r\n')).toBe('some:key');
  expect(isOnKey('ms some:key 3 O1\r\n', 'some:key')).toBe(true);
  expect(isOnKey('ms some:key 3 O1\r\n', 'some:ke')).toBe(false);
  expect(isOnKey('ms some:key 3 O1\r\n', 'some:keys')).toBe(false);
});

it.each([
  'mg k v f O1\r\n',
  'mg k v f c t O1\r\n',
  'mg AAEC b v f O1\r\n',
  'mg k C12 v f c t O1\r\n',
  'mg a v f O1\r\nmg b v f O2\r\n',
  'get a b T30\r\n',
])('takes %j for a plain read', (text) => {
  expect(isPlainRead(text)).toBe(true);
});

it.each([
  'mg k T30 O1\r\n',
  'mg k N30 v f c t O1\r\n',
  'mg k R30 v f c t O1\r\n',
  'mg k E5 v O1\r\n',
  'mg a v f O1\r\nmg b T9 v f O2\r\n',
  'mg a v f O1\r\nmd b O2\r\n',
  'ms k 1 O1\r\n',
  'md k O1\r\n',
  'ma k v O1\r\n',
  'flush_all\r\n',
  'gat 30 k\r\n',
  '',
])('takes %j for none', (text) => {
  expect(isPlainRead(text)).toBe(false);
});
