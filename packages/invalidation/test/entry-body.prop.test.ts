import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBody, encodeBody } from '../src/entry-body.ts';

const text = fc.string({ unit: 'grapheme' });

describe('the body of an entry', () => {
  it('is read back as it was written', () => {
    const body = fc.record({
      keys: fc.array(text),
      binaryKeys: fc.array(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
      tags: fc.array(text),
      isClear: fc.boolean(),
      origin: fc.option(text, { nil: undefined }),
      traceId: fc.option(text, { nil: undefined }),
      isAwaited: fc.boolean(),
    });
    fc.assert(
      fc.property(body, (written) => {
        expect(decodeBody(encodeBody(written))).toEqual(written);
      }),
    );
  });

  it('is short where there is little to say', () => {
    const { keys, ...rest } = { ...decodeBody('{}'), keys: ['a'] };
    expect(encodeBody({ keys, ...rest })).toBe('{"k":["a"]}');
  });

  it('tells by how it begins that it is a clear', () => {
    const body = { ...decodeBody('{}'), isClear: true, origin: 'o', isAwaited: true };
    expect(encodeBody(body)).toMatch(/^\{"c":1/);
  });

  it('is not what has no lists or is no JSON', () => {
    expect(() => decodeBody('{"k":"a"}')).toThrow('must hold lists');
    expect(() => decodeBody('k')).toThrow(SyntaxError);
  });
});
