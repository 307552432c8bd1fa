import { expect, it } from 'vitest';

import { more } from '../../src/engine/request.ts';
import {
  collectItem,
  collectItemWithCas,
  collectRead,
  collectStats,
  collectValues,
  collectValuesOf,
} from '../../src/protocol/collectors.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';

const protocolError = expect.objectContaining({ code: 'ERR_MEMCACHE_PROTOCOL' });

function reply(parts: Partial<Reply>): Reply {
  return { ...createReply(), ...parts };
}

function valueOf(key: string, value: string, flags = 0): Reply {
  return reply({ status: 'VALUE', text: key, value: Buffer.from(value), flags });
}

const end = reply({ status: 'END' });

it('puts the values of a text get where their keys were asked for', () => {
  const collect = collectValues(['a', 'b', 'c', 'b']);
  expect(collect(valueOf('b', '1', 7))).toBe(more);
  expect(collect(valueOf('b', '2'))).toBe(more);
  expect(collect(end)).toEqual([
    undefined,
    { value: Buffer.from('1'), flags: 7 },
    undefined,
    { value: Buffer.from('2'), flags: 0 },
  ]);
});

it.each([
  ['a key that was not asked for', ['x']],
  ['a key that comes more often than it was asked for', ['a', 'b', 'b']],
  ['keys in another order than they were asked for', ['b', 'a']],
])('refuses %s', (_what, keys) => {
  const collect = collectValues(['a', 'b']);
  expect(() => keys.forEach((key) => collect(valueOf(key, '1')))).toThrow(protocolError);
});

it('rejects a text get that the server breaks off, and makes no misses of it', () => {
  const collect = collectValues(['a', 'b']);
  collect(valueOf('a', '1'));
  expect(() => collect(reply({ status: 'SERVER_ERROR', text: 'out of memory writing get response' }))).toThrow(
    expect.objectContaining({ code: 'ERR_MEMCACHE_SERVER' }),
  );
});

it('takes neither a meta reply nor a statistic for a text value', () => {
  for (const status of ['VA', 'EN', 'HD', 'STAT', 'MN', 'ERROR'] as const) {
    expect(() => collectValues(['a'])(reply({ status, value: Buffer.from('x'), flags: 0 }))).toThrow(protocolError);
  }
});

const whole = { flags: 4, cas: 9n, ttl: 60 };
const told = { flags: 4, cas: 9n, ttlSeconds: 60, mustRefresh: false, isRefreshing: false };
const value = Buffer.from('v');

it.each<[Partial<Reply>, object]>([
  [{ value }, { status: 'hit', value, ...told }],
  [
    { value, isWon: true },
    { status: 'hit', value, ...told, mustRefresh: true },
  ],
  [
    { value, isTaken: true },
    { status: 'hit', value, ...told, isRefreshing: true },
  ],
  [
    { value, isWon: true, isStale: true },
    { status: 'stale', value, ...told, mustRefresh: true },
  ],
  [
    { value, isTaken: true, isStale: true },
    { status: 'stale', value, ...told, isRefreshing: true },
  ],
  [{ value: Buffer.alloc(0) }, { status: 'hit', value: Buffer.alloc(0), ...told }],
  [
    { value: Buffer.alloc(0), isWon: true },
    { status: 'miss', ...told, mustRefresh: true },
  ],
  [
    { value: Buffer.alloc(0), isTaken: true },
    { status: 'miss', ...told, isRefreshing: true },
  ],
  [
    { value: Buffer.alloc(0), isWon: true, isStale: true },
    { status: 'miss', ...told, mustRefresh: true },
  ],
  [
    { value: Buffer.alloc(0), isTaken: true, isStale: true },
    { status: 'miss', ...told, isRefreshing: true },
  ],
])('reads %j', (parts, expected) => {
  expect(collectRead(false)(reply({ status: 'VA', ...whole, ...parts }))).toEqual(expected);
});

it('reads HD as unchanged, but only when it was asked to compare', () => {
  expect(collectRead(true)(reply({ status: 'HD', ...whole }))).toEqual({ status: 'unchanged', ...told });
  expect(collectRead(true)(reply({ status: 'VA', ...whole, value }))).toEqual({ status: 'hit', value, ...told });
  expect(() => collectRead(false)(reply({ status: 'HD', ...whole }))).toThrow(protocolError);
});

it('refuses a reply that lacks anything it asked for', () => {
  for (const missing of [{ flags: -1 }, { cas: undefined }, { ttl: -2 }, { value: undefined }]) {
    expect(() => collectRead(false)(reply({ status: 'VA', ...whole, value, ...missing }))).toThrow(protocolError);
  }
  expect(() => collectItem(reply({ status: 'VA', value }))).toThrow(protocolError);
  expect(() => collectItemWithCas(reply({ status: 'VA', value, flags: 0 }))).toThrow(protocolError);
});

it('has a plain read miss what it is told to refresh, and what is no value', () => {
  const item = (parts: Partial<Reply>): unknown => collectItem(reply({ status: 'VA', value, flags: 0, ...parts }));
  expect(item({ isWon: true, isStale: true })).toBeUndefined();
  expect(item({ value: Buffer.alloc(0), isTaken: true })).toBeUndefined();
  expect(item({ isTaken: true, isStale: true })).toEqual({ value, flags: 0 });
  expect(item({ value: Buffer.alloc(0) })).toEqual({ value: Buffer.alloc(0), flags: 0 });
});

it('puts the values of several text gets in one list, and takes no value from beyond the end of its command', () => {
  const collect = collectValuesOf([['a', 'b'], ['c'], ['a']]);
  const replies = [valueOf('b', '1'), end, end, valueOf('a', '2')];
  expect(replies.map(collect)).toEqual(replies.map(() => more));
  expect(collect(end)).toEqual([
    undefined,
    { value: Buffer.from('1'), flags: 0 },
    undefined,
    { value: Buffer.from('2'), flags: 0 },
  ]);
  expect(() => collectValuesOf([['a'], ['b']])(valueOf('b', '1'))).toThrow(protocolError);
});

it('hears out the other commands when the server breaks off one of several text gets, and then rejects', () => {
  const collect = collectValuesOf([['a'], ['b'], ['c']]);
  expect(collect(end)).toBe(more);
  expect(collect(reply({ status: 'SERVER_ERROR', text: 'out of memory writing get response' }))).toBe(more);
  expect(collect(valueOf('c', '1'))).toBe(more);
  expect(() => collect(end)).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_SERVER' }));
});

it('gives up a server whose statistics have no end', () => {
  const collect = collectStats();
  const statistic = reply({ status: 'STAT', text: 'curr_items 1' });
  for (let line = 0; line < 1024; line++) expect(collect(statistic)).toBe(more);
  expect(() => collect(statistic)).toThrow(protocolError);
});
