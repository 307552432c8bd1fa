import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseJson } from '../../src/config/parse-json.ts';

describe('parseJson', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('takes and refuses exactly what JSON.parse does, where no key is there twice', () => {
    const marks = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '-',
      '.',
      '0',
      '1e3',
      'null',
      ' ',
      '\n',
      '',
    );
    const broken = fc
      .tuple(fc.jsonValue({ maxDepth: 2 }), fc.nat(), fc.nat(2), marks)
      .map(([value, at, gone, mark]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + mark + text.slice(cut + gone);
      })
      .filter(hasEachKeyOnce);
    fc.assert(
      fc.property(broken, (text) => {
        expect(outcome(() => parseJson(text))).toEqual(outcome(() => JSON.parse(text) as unknown));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['{\n "a": 1,\n "a": 2\n}', 'line 3: the key "a" is there twice'],
    ['{\n "a": 1,\n}', 'line 3: not valid JSON: expected a key in double quotes, found "}"'],
    ['[1\n 2]', 'line 2: not valid JSON: expected "," or "]", found "2]"'],
    ['[1,\n\n', 'line 3: not valid JSON: expected a value, found the end'],
    ['[1]\n[2]', 'line 2: not valid JSON: expected the end, found "[2]"'],
    ['["a\\q"]', 'line 1: not valid JSON: a wrong escape sequence or a line break'],
    ['{"a" 1}', 'line 1: not valid JSON: expected ":", found "1}"'],
    ['['.repeat(100), 'line 1: more than 64 levels are not supported'],
  ])('names the line of the mistake in %j', (text, message) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
    expect(() => parseJson(text)).toThrow(message);
  });
});

function outcome(action: () => unknown): unknown {
  try {
    return { value: JSON.stringify(action()) };
  } catch (error) {
    return { error: (error as Error).constructor.name };
  }
}

function hasEachKeyOnce(text: string): boolean {
  const keys = [...text.matchAll(/("(?:[^"\\]|\\.)*")\s*:/g)].map(([, key]) => key);
  return new Set(keys).size === keys.length;
}
