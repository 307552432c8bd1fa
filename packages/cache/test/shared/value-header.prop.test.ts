import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formOf, jsonForm } from '../../src/codecs/codec.ts';
import { splitPayload, toSharedValue, unreadable } from '../../src/shared/shared-payload.ts';
import { parseHeader, restOfHeader } from '../../src/shared/value-header.ts';

const hex = fc.stringMatching(/^[0-9a-f]{8}$/);
const moment = fc.integer({ min: 0, max: 999_999_999_999_999 });
const headers = fc.record({
  epoch: hex,
  freshUntil: moment,
  ttlMs: moment,
  form: fc.constantFrom('json@0', 'msgpack+gzip+gcm@12'),
  tagEpoch: fc.oneof(hex, fc.constant('')),
  tagSequence: fc.maxSafeNat().filter((value) => value < 1e15),
  tags: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
  key: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
});

describe('the header of a shared value', () => {
  it('is read as it was written, whatever follows it, as text and as bytes', () => {
    fc.assert(
      fc.property(headers, fc.string({ unit: 'grapheme' }), (header, payload) => {
        const text = `${header.epoch} ${header.freshUntil}${restOfHeader(header)}${payload}`;
        const { length, ...parsed } = parseHeader(text)!;
        expect(parsed).toEqual(header);
        expect(text.slice(length)).toBe(payload);
        for (const raw of [text, Buffer.from(text)]) {
          const form = { name: header.form, isText: true };
          expect(splitPayload(raw, header.epoch, form)).toMatchObject({ header, bytes: payload });
          expect(splitPayload(raw, '', form)).toMatchObject({ header });
          expect(splitPayload(raw, 'ffffffff0', form)).toBeUndefined();
          expect(splitPayload(raw, header.epoch, { ...form, name: 'other@0' })).toBeUndefined();
        }
      }),
    );
  });

  it('is read as it was written among others like it', () => {
    const alike = fc.record({
      epoch: fc.constantFrom('0badcafe', '0badcaff'),
      freshUntil: fc.integer({ min: 0, max: 120 }),
      ttlMs: fc.constantFrom(1, 12),
      form: fc.constantFrom('json@0', 'json@1'),
      tagEpoch: fc.constantFrom('0badcafe', ''),
      tagSequence: fc.integer({ min: 0, max: 120 }),
      tags: fc.constantFrom([], ['a'], ['b']),
      key: fc.constantFrom(undefined, 'k'),
    });
    fc.assert(
      fc.property(fc.array(alike, { minLength: 2, maxLength: 20 }), (many) => {
        for (const header of many) {
          const text = `${header.epoch} ${header.freshUntil}${restOfHeader(header)}1 2:3 -\n`;
          const { length, ...parsed } = parseHeader(text)!;
          expect(parsed).toEqual(header);
          expect(text.slice(length)).toBe('1 2:3 -\n');
        }
      }),
    );
  });

  it('is not taken for the one before it, which may be as long', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 6 }), (tags) => {
        for (const tag of tags) {
          const text = `0badcafe 1 1 json@0 0badcafe:7 {"t":["${tag}"]}\n`;
          expect(parseHeader(text)!.tags).toEqual([tag]);
        }
      }),
    );
  });

  it('is nothing but itself: any other bytes are unreadable or another value, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(splitPayload(Buffer.from(bytes), '', jsonForm)).toSatisfy(
          (found) => found === unreadable || found === undefined,
        );
      }),
    );
  });

  it('is unreadable when any of its fields is damaged', () => {
    const good = '0badcafe 1732220000000 60000 json@0 0badcafe:7 {"t":["a"]}\n1';
    expect(splitPayload(good, '0badcafe', jsonForm)).toMatchObject({ bytes: '1', header: { tags: ['a'] } });
    const damaged = [
      good.replace('1732220000000', '17322x0000000'),
      good.replace('1732220000000', ''),
      good.replace('1732220000000', '9'.repeat(16)),
      good.replace('60000', '-1'),
      good.replace(':7', ':'),
      good.replace(':7', ' 7'),
      good.replace('["a"]', '[1]'),
      good.replace('["a"]', '"a"'),
      good.replace('"t"', 't'),
      good.replace('{"t":["a"]}', 'null'),
      good.replace('}\n', ',"k":7}\n'),
      good.replace('\n', ' '),
      good.replace(' json@0', ''),
      `${'a'.repeat(20_000)}${good}`,
      '',
      '\n',
    ];
    for (const text of damaged) {
      expect(splitPayload(text, '', jsonForm)).toBe(unreadable);
      expect(splitPayload(Buffer.from(text), '', jsonForm)).toBe(unreadable);
    }
  });

  it('never makes a value count for longer than it was given', () => {
    const payload = splitPayload('0badcafe 5 60000 json@0 :0 -\n1', '', jsonForm);
    expect(toSharedValue(payload as never, 90_000).freshForMs).toBe(60_000);
    expect(toSharedValue(payload as never, -5).freshForMs).toBe(-5);
  });
});

describe('formOf', () => {
  it('names codec and version, and refuses what does not fit in a header', () => {
    expect(formOf({ name: 'json+gzip', isText: false }, 3)).toEqual({ name: 'json+gzip@3', isText: false });
    for (const name of ['', 'two words', 'a\n', 'x'.repeat(61)]) {
      expect(() => formOf({ name, isText: true })).toThrow(TypeError);
    }
    for (const version of [-1, 1.5, Number.NaN]) {
      expect(() => formOf({ name: 'json', isText: true }, version)).toThrow(RangeError);
    }
  });
});
