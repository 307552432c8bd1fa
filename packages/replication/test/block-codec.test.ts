import { describe, expect, it } from 'vitest';

import { encodeBlock, packOperation } from '../src/block/block-codec.ts';
import { decodeBlock, readOperationCount, unpackOperations } from '../src/block/block-decoder.ts';
import { blockChecksum, CHECKSUM_AT } from '../src/block/block-layout.ts';
import { asPackedDeletes } from '../src/block/packed-delete.ts';
import type { Operation } from '../src/operation/operation.ts';
import { del, set } from './operations.ts';

const producer = '0123456789abcdef';

/** A block with a right checksum whose bytes are wrong otherwise: what only the other checks can refuse. */
function crafted(operations: readonly Operation[], damage: (bytes: Buffer) => Buffer): Buffer {
  const bytes = damage(encodeBlock({ producer, sequence: 1, operations }));
  bytes.writeUInt32BE(blockChecksum(bytes), CHECKSUM_AT);
  return bytes;
}

function writing(at: number, ...values: number[]): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes.set(values, at);
    return bytes;
  };
}

describe('encodeBlock', () => {
  it('packs to the documented bytes', () => {
    const operations: Operation[] = [
      { kind: 'set', key: Buffer.from('ab'), value: Buffer.from('xyz'), flags: 7, expiresAt: 0.5 },
      del('c'),
    ];
    const bytes = encodeBlock({ producer, sequence: 258, operations });
    expect(bytes.toString('hex')).toBe(
      [
        'b1',
        '01',
        producer,
        '0000000000000102',
        '0002',
        bytes.toString('hex', 20, 24),
        ['01', '0002', '6162', '00000007', '3fe0000000000000', '00000003', '78797a'].join(''),
        ['02', '0001', '63'].join(''),
      ].join(''),
    );
  });

  it('packs a version behind the key, and nothing where there is none', () => {
    const operations: Operation[] = [
      { kind: 'set', key: Buffer.from('ab'), value: Buffer.from('x'), flags: 7, expiresAt: 0, version: 2n ** 64n - 1n },
      { ...del('c'), version: 258 },
      del('d'),
    ];
    const bytes = encodeBlock({ producer, sequence: 1, operations });
    expect(bytes.toString('hex', 24)).toBe(
      [
        ['04', '0002', '6162', 'ffffffffffffffff', '00000007', '0000000000000000', '00000001', '78'].join(''),
        ['05', '0001', '63', '0000000000000102'].join(''),
        ['02', '0001', '64'].join(''),
      ].join(''),
    );
    expect(decodeBlock(bytes).operations).toEqual([operations[0], { ...del('c'), version: 258n }, del('d')]);
  });

  it('keeps versions when stores become deletes', () => {
    const operations = [{ ...set('a', 1), version: 3n }, set('b', 2), { ...del('c'), version: 4n }, del('d')];
    const packed = { count: 4, parts: [Buffer.concat(operations.map((one) => packOperation(one)))] };
    const { count, parts } = asPackedDeletes(packed);
    expect(count).toBe(4);
    expect(parts.flatMap(unpackOperations)).toEqual([
      { ...del('a'), version: 3n },
      del('b'),
      { ...del('c'), version: 4n },
      del('d'),
    ]);
  });

  it.each([
    [{ producer: 'x', sequence: 1, operations: [del('k')] }, /producer must be 16 hexadecimal digits, got x/],
    [{ producer, sequence: 0, operations: [del('k')] }, /sequence must be positive, got 0/],
    [{ producer, sequence: 2 ** 53, operations: [del('k')] }, /sequence must be positive/],
    [{ producer, sequence: 1, operations: [] }, /1 to 65535 operations, got 0/],
  ])('refuses a header that does not fit (%#)', (block, message) => {
    expect(() => encodeBlock(block)).toThrow(message);
  });

  it.each([
    [del(''), /key must be 1 to 250 bytes, got 0/],
    [del('k'.repeat(251)), /key must be 1 to 250 bytes, got 251/],
    [{ ...set('k', 1), flags: -1 }, /flags must be an unsigned 32-bit number, got -1/],
    [{ ...set('k', 1), flags: 2 ** 32 }, /flags/],
    [{ ...set('k', 1), expiresAt: Number.NaN }, /expiresAt must be 0 or seconds since the epoch, got NaN/],
    [{ ...set('k', 1), value: 'text' as unknown as Buffer }, /value must be a Buffer/],
    [{ ...del('k'), version: -1 }, /version must be an unsigned 64-bit number, got number -1/],
    [{ ...del('k'), version: 2 ** 53 }, /version must be an unsigned 64-bit number/],
    [{ ...set('k', 1), version: 2n ** 64n }, /version must be an unsigned 64-bit number, got bigint/],
    [{ ...del('k'), version: '1' as unknown as bigint }, /version must be an unsigned 64-bit number, got string 1/],
    [{ kind: 'touch', key: Buffer.from('k') } as unknown as Operation, /kind must be "set" or "delete", got touch/],
  ])('refuses an operation that does not fit and names the member (%#)', (operation, message) => {
    const encode = (): Buffer => encodeBlock({ producer, sequence: 1, operations: [operation] });
    expect(encode).toThrow(message);
    expect(encode).toThrow(expect.objectContaining({ code: 'ERR_REPLICATION_BAD_OPERATION' }));
  });
});

describe('decodeBlock', () => {
  const one = [set('key', 'value')];

  it.each([
    ['the magic byte', writing(0, 0), /offset 0: the magic byte is 0/],
    ['the version', writing(1, 9), /offset 1: the version is 9, and only 1 and 2 are known/],
    ['a sequence of zero', writing(10, 0, 0, 0, 0, 0, 0, 0, 0), /offset 10: the sequence is 0/],
    ['a sequence beyond 2^53', writing(10, 255), /offset 10: the sequence/],
    ['no operation', writing(18, 0, 0), /offset 18: it holds no operation/],
    ['more operations than there are', writing(18, 0, 2), /offset 51: an operation needs 3 bytes and 0 are left/],
    ['an unknown kind', writing(24, 9), /offset 24: the kind is 9/],
    ['an empty key', writing(25, 0, 0), /offset 25: the key length is 0/],
    ['a key beyond 250 bytes', writing(25, 0, 251), /offset 25: the key length is 251/],
    ['a key past the end', writing(25, 0, 200), /offset 27: a key needs 200 bytes and 24 are left/],
    ['a value past the end', writing(42, 255, 0, 0, 0), /offset 46: a value needs 4278190080 bytes and 5 are left/],
    ['an expiry that is no number', writing(34, 0x7f, 0xf8), /offset 34: the expiry is NaN/],
    ['a negative expiry', writing(34, 0xbf, 0xf0), /offset 34: the expiry is -1/],
  ])('refuses %s though its checksum is right', (_what, damage, message) => {
    expect(() => decodeBlock(crafted(one, damage))).toThrow(message);
  });

  it('refuses bytes after the last operation', () => {
    const block = crafted(one, (bytes) => Buffer.concat([bytes, Buffer.alloc(2)]));
    expect(() => decodeBlock(block)).toThrow(/offset 51: 2 bytes follow the last operation/);
  });

  it('refuses a set cut before its header though its checksum is right', () => {
    const block = crafted(one, (bytes) => Buffer.from(bytes.subarray(0, 35)));
    expect(() => decodeBlock(block)).toThrow(/offset 30: the header of a set needs 16 bytes and 5 are left/);
  });

  it('says how many operations a block holds from its header alone', () => {
    expect(readOperationCount(encodeBlock({ producer, sequence: 1, operations: [del('a'), del('b')] }))).toBe(2);
  });
});

describe('a block that clears', () => {
  const clears = [Buffer.from('user:'), Buffer.alloc(0)];

  it('comes back as it was', () => {
    const block = { producer, sequence: 7, operations: [], clears };
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
  });

  it('holds no operations, whoever wrote it', () => {
    const encode = (): Buffer => encodeBlock({ producer, sequence: 1, operations: [set('k', 1)], clears });
    expect(encode).toThrow('a block clears, or holds operations');
    // The first of two deletes becomes a clear.
    const mixed = crafted([del('a'), del('b')], writing(24, 3));
    expect(() => decodeBlock(mixed)).toThrow('it clears and holds operations');
  });

  it('has no prefix that is longer than any key', () => {
    const encode = (): Buffer => encodeBlock({ producer, sequence: 1, operations: [], clears: [Buffer.alloc(251)] });
    expect(encode).toThrow('a prefix must be at most 250 bytes, got 251');
  });
});
