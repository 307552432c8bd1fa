import { expect, it } from 'vitest';

import { describeCommands, parseAll } from './parse-all.ts';

const parse = (text: string): string[] => describeCommands(parseAll([Buffer.from(text, 'latin1')]));

it('reads a value by its length, whatever is in it', () => {
  expect(parse('set k 5 60 7\r\na\r\nb\r\nc\r\n')).toEqual([
    'kind=store verb=set key=k value=a\r\nb\r\nc flags=5 ttlSeconds=60 cas=0 noreply=false',
  ]);
});

it('hands out a get of many keys in parts', () => {
  const keys = Array.from({ length: 70 }, (_, index) => `k${index}`);
  const commands = parseAll([Buffer.from(`gets ${keys.join(' ')}\r\n`)]);
  const parts = commands.map((command) => (command.kind === 'read' ? [command.keys.length, command.isLast] : []));
  expect(parts).toEqual([
    [32, false],
    [32, false],
    [6, true],
  ]);
});

it('makes 32 keys one part', () => {
  expect(parse(`get ${'k '.repeat(32)}\r\n`)).toHaveLength(1);
});

it('skips the value of a set that is too large and says that the key must go', () => {
  expect(parse(`set k 0 0 65\r\n${'x'.repeat(65)}\r\nversion\r\n`)).toEqual([
    'kind=discard key=k noreply=false',
    'kind=answer line=VERSION 9.9.9',
  ]);
});

it('skips the value of an add that is too large and only refuses it', () => {
  expect(parse(`add k 0 0 65\r\n${'x'.repeat(65)}\r\nquit\r\n`)).toEqual([
    'kind=answer line=SERVER_ERROR object too large for cache',
    'kind=close',
  ]);
});

it.each(['append k 0 0 9', 'prepend k 0 0 9', 'ms k 9 T60'])('never reads the value of `%s` as a command', (line) => {
  expect(parse(`${line}\r\ndelete k1\r\nversion\r\n`)).toEqual([
    'kind=answer line=SERVER_ERROR command not carried by this proxy',
    'kind=answer line=VERSION 9.9.9',
  ]);
});

it('closes on a line that is longer than the bound and no get', () => {
  expect(parse(`set ${'k'.repeat(300)}`)).toEqual(['kind=close']);
  expect(parse(`set ${'k'.repeat(300)}\r\nversion\r\n`)).toEqual(['kind=close']);
});

it('takes a long get up to its own bound', () => {
  expect(parse(`get ${'kk '.repeat(600)}\r\n`)).toHaveLength(19);
  expect(parse(`get ${'kk '.repeat(700)}`)).toEqual(['kind=close']);
});

it('closes on the binary protocol', () => {
  expect(parse('\x80\x00\x00\x01')).toEqual(['kind=close']);
});

it('makes nothing of what follows quit', () => {
  expect(parse('quit\r\nversion\r\n')).toEqual(['kind=close']);
});

it('refuses a key with a control character, which memcached takes and other drivers do not', () => {
  expect(parse('get a\x01b\r\n')).toEqual(['kind=answer line=CLIENT_ERROR bad command line format']);
});

it('hands on values and keys that do not share memory with the input', () => {
  const input = Buffer.from('set k 0 0 1\r\nv\r\n');
  const [command] = parseAll([input]);
  input.fill('#');
  expect(command).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('v') });
});
