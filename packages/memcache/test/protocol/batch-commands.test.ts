import { expect, it } from 'vitest';

import { encodeBinaryKey, isPlainKey } from '../../src/driver/key.ts';
import type { Mutation } from '../../src/driver/mutation.ts';
import { batchCommands, expireMutations } from '../../src/protocol/batch.ts';

const nowMs = 1_000_000_000_000;
const nowSeconds = nowMs / 1000;
const maxKey = Buffer.from('k'.repeat(250));

/** The bytes of a batch, with its keys in the form in which a driver passes them. */
function write(mutations: readonly Mutation[], opaque: number): string {
  const wireKeys = mutations.map(({ key }) => (isPlainKey(key) ? key : encodeBinaryKey(key)));
  const { text, body } = batchCommands(expireMutations(mutations, nowMs), wireKeys, opaque);
  return text + (body === undefined ? '' : `${body.toString('latin1')}\r\n`);
}

function set(key: string | Buffer, value: string | Buffer, flags = 0, expiresAt = 0): Mutation {
  return { kind: 'set', key: Buffer.from(key), value: Buffer.from(value), flags, expiresAt };
}

function del(key: string | Buffer): Mutation {
  return { kind: 'delete', key: Buffer.from(key) };
}

it('writes stores and deletes with consecutive numbers, and one command behind them', () => {
  expect(write([set('a', 'one'), del('b'), set('c', '', 7)], 99)).toBe(
    'ms a 3 O99\r\none\r\nmd b O100\r\nms c 0 F7 O101\r\n\r\nmn\r\n',
  );
});

it('writes how long values are kept, and deletes what is too late', () => {
  expect(write([set('a', 'x', 1, nowSeconds + 60), set('b', 'x', 0, nowSeconds - 1)], 5)).toBe(
    'ms a 1 T60 F1 O5\r\nx\r\nmd b O6\r\nmn\r\n',
  );
});

it('writes keys of every kind: long ones, bytes above ASCII, and those that need base64', () => {
  const [high, odd] = [Buffer.from([0x80, 0xff]), Buffer.from([0, 1])];
  expect(write([del(maxKey), del(high), set(high, 'x'), del(odd), set(odd, 'xy', 3)], 0)).toBe(
    `md ${maxKey.toString()} O0\r\nmd \u0080\u00ff O1\r\nms \u0080\u00ff 1 O2\r\nx\r\nmd AAE= b O3\r\nms AAE= 2 b F3 O4\r\nxy\r\nmn\r\n`,
  );
});

it('has room for the longest of everything', () => {
  const one = set(maxKey, Buffer.alloc(100_000, 'v'), 0xff_ff_ff_ff, 0x7f_ff_ff_ff);
  const text = write([one, one], 999_999_999);
  expect(text).toHaveLength(2 * (`ms ${maxKey.toString()} 100000 T2147483647 F4294967295 O`.length + 100_004) + 19 + 4);
  expect(text.endsWith('v\r\nmn\r\n')).toBe(true);
});
