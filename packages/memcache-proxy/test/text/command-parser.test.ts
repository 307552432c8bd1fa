import { expect, it } from 'vitest';

import { CommandParser } from '../../src/text/command-parser.ts';
import { describeCommands, parseAll, parserOptions } from './parse-all.ts';

const parse = (text: string): string[] => describeCommands(parseAll([Buffer.from(text, 'latin1')]));

it('reads a value by its length, whatever is in it', () => {
  expect(parse('set k 5 60 7\r\na\r\nb\r\nc\r\n')).toEqual([
    'kind=store verb=set key=k value=a\r\nb\r\nc flags=5 ttlSeconds=60 cas=0 noreply=false',
  ]);
});

it('hands out a get of many keys in parts', () => {
  const keys = Array.from({ length: 134 }, (_, index) => `k${index}`);
  const commands = parseAll([Buffer.from(`gets ${keys.join(' ')}\r\n`)]);
  const parts = commands.map((command) => (command.kind === 'read' ? [command.keys.length, command.isLast] : []));
  expect(parts).toEqual([
    [64, false],
    [64, false],
    [6, true],
  ]);
});

it('makes 64 keys one part', () => {
  expect(parse(`get ${'k '.repeat(64)}\r\n`)).toHaveLength(1);
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

it.each([
  ['set a\x01b 0 0 9', 'CLIENT_ERROR bad command line format'],
  ['append a\x01b 0 0 9', 'CLIENT_ERROR bad command line format'],
  ['ms a\x01b 9 T60', 'CLIENT_ERROR bad command line format'],
  ['ms k 9 Z', 'CLIENT_ERROR invalid flag'],
  ['ms k 9 v v', 'CLIENT_ERROR duplicate flag'],
  ['ms k 9 b', 'CLIENT_ERROR error decoding key'],
])('never reads the value of the refused `%s` as a command', (line, refusal) => {
  expect(parse(`${line}\r\ndelete k1\r\nversion\r\n`)).toEqual([
    `kind=answer line=${refusal}`,
    'kind=answer line=VERSION 9.9.9',
  ]);
});

it('skips the value of an ms that is too large and says that the key must go', () => {
  expect(parse(`ms k 65 q\r\n${'x'.repeat(65)}\r\nmn\r\n`)).toEqual([
    'kind=discard key=k noreply=false',
    'kind=answer line=MN',
  ]);
});

it('hands on only the flags that mean something to the command, as memcached reads them', () => {
  const [command] = parseAll([Buffer.from('mg k v T+60 q O1 k D5 P1 L2 N-1 C007 I u\r\n')]);
  expect(command).toMatchObject({
    kind: 'meta',
    request: { command: 'mg', flags: ['v', 'T60', 'k', 'N-1', 'C7', 'u'] },
    isQuiet: true,
    isWrite: true,
  });
});

it('refuses keys in base64 that other clients could not name, unless it is told to take them', () => {
  const bytes = [Buffer.from('mg AAEC b\r\n')];
  const refusal = 'kind=answer line=CLIENT_ERROR binary keys are not carried by this proxy';
  expect(describeCommands(parseAll(bytes, { metaKeys: 'text' }))).toEqual([refusal]);
  expect(parseAll([Buffer.from('mg YQ== b\r\n')], { metaKeys: 'text' })).toMatchObject([{ key: Buffer.from('a') }]);
  expect(parseAll(bytes)).toMatchObject([{ key: Buffer.from([0, 1, 2]), request: { isBase64: true } }]);
});

it('drops nothing on a flush_all unless it is told to', () => {
  const bytes = [Buffer.from('flush_all\r\nflush_all 10 noreply\r\n')];
  expect(describeCommands(parseAll(bytes, { flushAll: 'refuse' }))).toEqual([
    'kind=answer line=SERVER_ERROR flush_all is not allowed by this proxy',
    'kind=answer line=',
  ]);
  expect(describeCommands(parseAll(bytes))).toEqual([
    'kind=flush delaySeconds=0 noreply=false',
    'kind=flush delaySeconds=10 noreply=true',
  ]);
});

it('takes memory for what a client sends and not for what it announces', () => {
  const before = process.memoryUsage().arrayBuffers;
  const parsers = Array.from({ length: 200 }, () => new CommandParser({ ...parserOptions, maxValueBytes: 2 ** 30 }));
  for (const parser of parsers) {
    parser.push(Buffer.from('set k 0 0 1073741824\r\nx'));
    expect(parser.next()).toBeUndefined();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 100_000);
});

it('closes on a line that is longer than the bound and no get', () => {
  expect(parse(`set ${'k'.repeat(300)}`)).toEqual(['kind=close']);
  expect(parse(`set ${'k'.repeat(300)}\r\nversion\r\n`)).toEqual(['kind=close']);
});

it('takes a long get up to its own bound', () => {
  expect(parse(`get ${'kk '.repeat(600)}\r\n`)).toHaveLength(10);
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
