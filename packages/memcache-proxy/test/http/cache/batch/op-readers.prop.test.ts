import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BATCH_VERBS, type BatchOp, type BatchVerb, hasValue } from '../../../../src/http/cache/batch/batch-op.ts';
import { FrameReader } from '../../../../src/http/cache/batch/frame-reader.ts';
import { LineOpReader } from '../../../../src/http/cache/batch/line-op-reader.ts';
import type { OpReader } from '../../../../src/http/cache/batch/op-reader.ts';
import { MemcacheProxyError } from '../../../../src/index.ts';
import { toFrames } from './frames.ts';

const limits = { maxOps: 20, maxValueBytes: 100 };
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const op = fc
  .record({
    verb: fc.constantFrom(...(BATCH_VERBS.slice(1) as BatchVerb[])),
    key: bytes,
    value: bytes,
    flags: fc.nat(0xffff_ffff),
    ttl: fc.nat(0xffff_ffff),
    number: fc.bigInt(0n, 2n ** 64n - 1n),
  })
  .map((one): BatchOp => (hasValue(one.verb) ? one : { ...one, value: Buffer.alloc(0) }));

function readAll(reader: OpReader, body: Buffer, cuts: readonly number[]): BatchOp[] {
  const points = cuts.map((cut) => cut % (body.length + 1)).sort((left, right) => left - right);
  [0, ...points].forEach((start, index) => reader.push(body.subarray(start, points[index] ?? body.length)));
  return reader.end();
}

function toLines(ops: readonly BatchOp[]): Buffer {
  const lines = ops.map(({ verb, key, value, flags, ttl, number }) => {
    const numbers =
      verb === 'cas' ? { cas: `${number}` } : verb === 'incr' || verb === 'decr' ? { delta: `${number}` } : {};
    const values = hasValue(verb) ? { valueBase64: value.toString('base64') } : {};
    return JSON.stringify({
      op: verb,
      keyBase64: (key as Buffer).toString('base64url'),
      flags,
      ttl,
      ...values,
      ...numbers,
    });
  });
  return Buffer.from(lines.join('\n\n'));
}

describe('batches', () => {
  it('in frames are read alike wherever the body is cut', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 20 }), fc.array(fc.nat()), (ops, cuts) => {
        expect(readAll(new FrameReader(limits), toFrames(ops as never), cuts)).toEqual(ops);
      }),
    );
  });

  it('in lines are read alike wherever the body is cut', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 20 }), fc.array(fc.nat()), (ops, cuts) => {
        const read = readAll(new LineOpReader(limits), toLines(ops), cuts);
        const hasNumber = (verb: string): boolean => ['cas', 'incr', 'decr'].includes(verb);
        expect(read).toEqual(ops.map((one) => (hasNumber(one.verb) ? one : { ...one, number: 0n })));
      }),
    );
  });

  it('of any bytes are read or refused with a code', () => {
    const noise = fc.oneof(
      bytes,
      fc.constantFrom(...['{"op":"get"', '}\n', ',"key":"k"', '[1]'].map((text) => Buffer.from(text))),
    );
    fc.assert(
      fc.property(fc.array(noise), fc.boolean(), (pieces, isFrames) => {
        const reader = isFrames ? new FrameReader(limits) : new LineOpReader(limits);
        const run = (): BatchOp[] => readAll(reader, Buffer.concat(pieces), []);
        let outcome: unknown;
        try {
          outcome = run();
        } catch (error) {
          outcome = error;
        }
        expect(Array.isArray(outcome) || outcome instanceof MemcacheProxyError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('of frames are refused by what a header announces, before the value comes', () => {
    const header = toFrames([{ verb: 'set', key: 'k', value: 'v' }]).subarray(0, 24);
    const announced = Buffer.from(header);
    announced.writeUInt32BE(0xffff_ffff, 4);
    expect(() => new FrameReader(limits).push(announced)).toThrow(
      'a value must have at most 100 bytes, got 4294967295',
    );
    const unknown = Buffer.from(header);
    unknown[0] = 12;
    expect(() => new FrameReader(limits).push(unknown)).toThrow('frame 0 has the unknown verb 12');
    const reserved = Buffer.from(header);
    reserved[1] = 1;
    expect(() => new FrameReader(limits).push(reserved)).toThrow('byte 1 of frame 0 must be 0');
    const get = toFrames([{ verb: 'get', key: 'k', value: 'v' }]);
    expect(() => new FrameReader(limits).push(get)).toThrow('frame 0 (get) must have no value');
  });

  it('with too many operations are refused at the first that is too many', () => {
    const frames = toFrames(Array.from({ length: 21 }, () => ({ verb: 'get' as const, key: 'k' })));
    expect(() => new FrameReader(limits).push(frames)).toThrow('at most 20 operations');
    const lines = Buffer.from('{"op":"get","key":"k"}\n'.repeat(21));
    expect(() => new LineOpReader(limits).push(lines)).toThrow('at most 20 operations');
  });

  it.each([
    ['x', 'operation 0: it is no JSON'],
    ['{"op":"get","key":"k"}\n[]', 'operation 1: it is no JSON object'],
    ['{"op":"put","key":"k"}', '"op" must be one of get, set'],
    ['{"op":"get"}', '"key" must be a string'],
    ['{"op":"get","key":"k","keyBase64":"aw=="}', 'not both key and keyBase64'],
    ['{"op":"get","key":"k","value":"v"}', 'get takes no value'],
    ['{"op":"set","key":"k"}', '"value" must be a string'],
    ['{"op":"set","key":"k","valueBase64":"?"}', '"valueBase64" base64'],
    ['{"op":"set","key":"k","value":"v","ttl":-1}', '"ttl" must be a whole number'],
    ['{"op":"set","key":"k","value":"v","exptime":1}', '"exptime" is unknown'],
    ['{"op":"cas","key":"k","value":"v"}', 'cas must be a whole number'],
    [`{"op":"set","key":"k","value":"${'v'.repeat(101)}"}`, 'at most 100 bytes, got 101'],
  ])('in lines are refused for %s', (text, message) => {
    expect(() => readAll(new LineOpReader(limits), Buffer.from(text), [])).toThrow(message);
  });
});
