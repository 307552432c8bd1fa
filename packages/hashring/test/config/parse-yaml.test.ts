import { describe, expect, it } from 'vitest';

import { parseYaml } from '../../src/config/parse-yaml.ts';

describe('parseYaml', () => {
  it('reads maps and sequences by their indentation', () => {
    const text = [
      '--- # a comment',
      'a: 1',
      'b:',
      '  - x',
      '  - y: 2',
      '    z: 3',
      '',
      '    # a comment between',
      '  -',
      '    q: [1]',
      'c:',
      '- 1',
      '- - 2',
      '  - 3',
      'd:',
      '    deeper:',
      '     still: yes',
      'e:',
    ].join('\n');
    expect(parseYaml(text)).toEqual({
      a: 1,
      b: ['x', { y: 2, z: 3 }, { q: [1] }],
      c: [1, [2, 3]],
      d: { deeper: { still: 'yes' } },
      e: null,
    });
  });

  it('reads a nutcracker.yml as it comes with twemproxy', () => {
    const text = [
      'alpha:',
      '  listen: 127.0.0.1:22121',
      '  hash: fnv1a_64',
      '  hash_tag: "{}"',
      '  auto_eject_hosts: true',
      '  timeout: 400',
      '  servers:',
      '   - 127.0.0.1:6379:1 server1',
      '   - /tmp/sock:1',
      '',
      'beta:',
      '  servers:',
      '  - cache.example:11211:1',
    ].join('\r\n');
    expect(parseYaml(text)).toEqual({
      alpha: {
        listen: '127.0.0.1:22121',
        hash: 'fnv1a_64',
        hash_tag: '{}',
        auto_eject_hosts: true,
        timeout: 400,
        servers: ['127.0.0.1:6379:1 server1', '/tmp/sock:1'],
      },
      beta: { servers: ['cache.example:11211:1'] },
    });
  });

  // Each of these was compared with what the npm package yaml 2.9.1 makes of it.
  it.each<[string, unknown]>([
    ['', null],
    ['# only a comment', null],
    ['\uFEFFa: 1', { a: 1 }],
    ['foo', 'foo'],
    ['a:b', 'a:b'],
    ['a: #c', { a: null }],
    ['a: # c\n  - 1', { a: [1] }],
    ['a: b#c', { a: 'b#c' }],
    ['a: b #c', { a: 'b' }],
    ['a :\tb', { a: 'b' }],
    ["'a b' : 2", { 'a b': 2 }],
    ['"a\\tb": 2', { 'a\tb': 2 }],
    ['1: a', { '1': 'a' }],
    ["a: 'it''s'", { a: "it's" }],
    ['a: "\\u00e9\\x41\\U0001F600\\n\\"\\\\\\/"', { a: 'éA😀\n"\\/' }],
    ['- ~\n- null\n-\n- #', [null, null, null, null]],
    ['- true\n- False\n- yes\n- no', [true, false, 'yes', 'no']],
    ['- 010\n- +1\n- 0x1F\n- 0o17\n- 1_000\n- 1.\n- .5\n- 1e3', [10, 1, 31, 15, '1_000', 1, 0.5, 1000]],
    ['- .inf\n- -.INF\n- 1:30\n- -\u00A0', [Infinity, -Infinity, '1:30', '-\u00A0']],
    ['- ::1\n- -a\n- ?a\n- :a', ['::1', '-a', '?a', ':a']],
    ['- host:11211:1 name', ['host:11211:1 name']],
    ['a: []\nb: {}\nc: [ ]', { a: [], b: {}, c: [] }],
    ['a: [1, "x" , \'y\', [2], {z: 3}, ]', { a: [1, 'x', 'y', [2], { z: 3 }] }],
    ['a: {"b":1, c: d e, f: , g: } # h', { a: { b: 1, c: 'd e', f: null, g: null } }],
    ['a: [::1, x:y, a#b]', { a: ['::1', 'x:y', 'a#b'] }],
    ['- - - 1\n    - 2\n  - 3\n- 4', [[[1, 2], 3], 4]],
    ['- a:\n  - 1\n  b: 2', [{ a: [1], b: 2 }]],
    ['  a: 1\n  b: 2', { a: 1, b: 2 }],
    [' {"a":\n [1, 2.5e3, "x\\u0041", null, false]}\n', { a: [1, 2500, 'xA', null, false] }],
    ['[]', []],
  ])('reads %j', (text, value) => {
    expect(parseYaml(text)).toEqual(value);
  });

  it.each(['__proto__: 1', '- __proto__: 1', 'a: {__proto__: 1}', '{"__proto__": 1}'])(
    'keeps __proto__ an ordinary key in %s',
    (text) => {
      expect(JSON.stringify(parseYaml(text))).toContain('"__proto__":1');
    },
  );

  it.each([
    ['a: &x 1', 'line 1: an anchor (&) is not supported'],
    ['a: 1\nb: *x', 'line 2: an alias (*) is not supported'],
    ['a: !t b', 'line 1: a tag (!) is not supported'],
    ['\n\na: |\n  x', 'line 3: a block scalar (|) is not supported'],
    ['a: >-\n  x', 'line 1: a block scalar (>) is not supported'],
    ['a: [*x]', 'line 1: an alias (*) is not supported'],
    ['&x a: 1', 'line 1: an anchor (&) is not supported'],
    ['%YAML 1.2\n---\na', 'line 1: a directive (%) is not supported'],
    ['a: @x', 'line 1: the reserved character @ is not supported'],
    ['a: `x', 'line 1: the reserved character ` is not supported'],
    ['? a', 'line 1: a key after "?" is not supported'],
    ['a: 1\n\tb: 2', 'line 2: a tab in the indentation'],
    ['-\ta: 1', 'line 1: a tab in the indentation'],
    ['a: [1,\n  2]', 'line 1: ] is missing: a list or map in brackets must end on its line'],
    ['a: {b: 1 # c', 'line 1: } is missing'],
    ['a: "x', 'line 1: a quote (") is not closed on its line'],
    ["a: 'x\n  y'", "line 1: a quote (') is not closed on its line"],
    ['a: b\n  c', 'line 2: this line is indented, but line 1 has its value already'],
    ['---\na: 1\n---\nb: 2', 'line 3: several documents in one file are not supported'],
    ['a: 1\n...', 'line 2: several documents in one file are not supported'],
    ['--- a', 'line 1: text on the line of "---" is not supported'],
    ['a: 1\nb: 2\na: 3', 'line 3: the key "a" is there twice'],
    ['a: {b: 1, b: 2}', 'line 1: the key "b" is there twice'],
    ['a: b: c', 'line 1: ": " inside a value'],
    ['a: - b', 'line 1: "-" is not possible here'],
    ['a: "x" y', 'line 1: "y" follows a value that is complete'],
    ['- [::1]:11211', 'line 1: ":11211" follows a value that is complete: put the whole in quotes'],
    ['a: [b: 1]', 'line 1: a pair inside [ ] is not supported'],
    ['a: {b:1}', 'line 1: ": " and a value are missing after "b:1"'],
    ['a: {[1]: 2}', 'line 1: a collection as a key is not supported'],
    ['a: [1 , , 2]', 'line 1: a comma is not supported'],
    ['a: ["b" c]', 'line 1: a comma or ] is missing before "c]"'],
    ['1.0: a', 'line 1: the key "1.0" is not text'],
    ['null: a', 'line 1: the key "null" is not text'],
    [`a: "x"'y'`, `line 1: "'y'" follows a value that is complete`],
    ['~: a', 'line 1: the key "~" is not text'],
    ['a:\n    b: 1\n  c: 2', 'line 3: the indentation fits no line above'],
    ['- a: 1\n - b', 'line 2: the indentation fits no line above'],
    ['  a: 1\nb: 2', 'line 2: this line is indented less than the first one'],
    ['a: 1\n- b', 'line 2: a line "key: value" is expected here'],
    ['a: 1\nb', 'line 2: a line "key: value" is expected here'],
    ['a: "\\q"', 'line 1: "\\q" is not an escape sequence'],
    ['a: "\\u12"', 'line 1: "\\u12" is not the number of a character'],
    ['a: "\\U00110000"', 'line 1: "\\U00110000" is not the number of a character'],
    ['a: x\u0000', 'line 1: a control character is not allowed'],
    ['a: 1\rb: 2', 'line 1: a control character is not allowed'],
    ['- '.repeat(70) + 'x', 'line 1: more than 64 levels are not supported'],
    [`a: ${'['.repeat(70)}`, 'line 1: more than 64 levels are not supported'],
    ['{a: 1}', 'line 1: not valid JSON: expected a key in double quotes, found "a: 1}"'],
  ])('refuses %j', (text, message) => {
    expect(() => parseYaml(text)).toThrow(SyntaxError);
    expect(() => parseYaml(text)).toThrow(message);
  });

  it('takes no longer than a text deserves', () => {
    const blanks = ' '.repeat(200_000);
    const started = performance.now();
    for (const text of [`a:${blanks}b`, `a: b${blanks}c`, `"a"${blanks}: [1,${blanks}2]${blanks}# c`, `- ${blanks}x`]) {
      expect(parseYaml(text)).toBeDefined();
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
