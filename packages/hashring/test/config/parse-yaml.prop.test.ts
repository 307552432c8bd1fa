import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseYaml } from '../../src/config/parse-yaml.ts';

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a: b', '- a', '#c', ' a ', 'null', '1', "it's", '{}', 'host:11211:1 name', '&a', '"', '\\', ''),
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a b', '1', 'x: y')), tie('tree'), { maxKeys: 4 }),
  ),
}));

describe('parseYaml', () => {
  it('reads back what was written in blocks', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 4 }), fc.boolean(), (value, step, flush) => {
        const text = writeBlock(value, 0, step, flush);
        expect(parseYaml(`---${text.replace(/^ /, '\n')}`)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but a SyntaxError with a line, whatever the text', () => {
    const pieces = [
      'a',
      'b: ',
      '- ',
      '-',
      ':',
      '\n',
      '\n  ',
      '\n    ',
      '\t',
      ' ',
      '#',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
    ];
    const more = [
      '\\',
      '\\u0041',
      '|',
      '>',
      '&x',
      '*x',
      '!t',
      '%',
      '@',
      '?',
      '? ',
      '---',
      '...',
      '\r\n',
      '\0',
      '1e3',
      '~',
      'é',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 25 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const thrown = errorOf(() => parseYaml(input));
        if (thrown === undefined) return;
        expect(thrown).toBeInstanceOf(SyntaxError);
        expect((thrown as SyntaxError).message).toMatch(/^line [1-9][0-9]*: \S/);
      }),
      { numRuns: 20_000 },
    );
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Writes a value with collections in blocks; what it writes begins with a line break, or a blank and a scalar. */
function writeBlock(value: Value, indent: number, step: number, flush: boolean): string {
  const margin = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value) && value.length > 0) {
    return (value as readonly Value[])
      .map((item) => `${margin}-${writeBlock(item, indent + step, step, flush)}`)
      .join('');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .map(([key, item]: [string, Value]) => {
        const deeper = flush && Array.isArray(item) ? indent : indent + step;
        return `${margin}${JSON.stringify(key)}:${writeBlock(item, deeper, step, flush)}`;
      })
      .join('');
  }
  // Object.is(-0, JSON.parse(JSON.stringify(-0))) does not hold.
  const text = typeof value === 'number' ? numberText(value) : JSON.stringify(value).replaceAll('\u007F', '\\u007f');
  return ` ${text}`;
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
