import { describe, expect, it } from 'vitest';

import { KeyTemplates, type KeyTemplate } from '../../../src/index.ts';

const compile = (...templates: KeyTemplate[]): KeyTemplates => new KeyTemplates(templates);

describe('templates', () => {
  it.each<[KeyTemplate, string]>([
    [{ url: 'coupons', key: 'k' }, 'the url must be a path'],
    [{ url: '/a?b?c', key: 'k' }, 'the url must be a path'],
    [{ url: '/a?city', key: 'k' }, 'the query needs pairs such as "city=:city", got "city"'],
    [{ url: '/a?city=x', key: 'k' }, 'the query needs pairs'],
    [{ url: '/a?b=:x&b=:y', key: '{x}:{y}' }, 'the query has "b" twice'],
    [{ url: '/a/:x?b=:x', key: '{x}' }, 'the url has a parameter twice'],
    [{ url: '/a/x:y', key: 'k' }, 'a parameter of the path is a part of its own'],
    [{ url: '/a?ttl=:t', key: '{t}' }, '"ttl" in the query says how to read or write'],
    [{ url: '/a', key: 'a b' }, 'the key must be printable ASCII without spaces'],
    [{ url: '/a', key: 'a{' }, 'a brace that belongs to no {parameter}'],
    [{ url: '/a/:x', key: '{x}:{x}' }, 'the key has a parameter twice'],
    [{ url: '/a/:x', key: 'a' }, '"x" of the url is not in the key: different URLs would share it'],
    [{ url: '/a', key: 'a:{x}' }, '"x" is not in the url'],
    [{ url: '/a', key: 'a', params: { x: {} } }, '"x" is not in the url'],
    [{ url: '/a/:x/:y', key: '{x}{y}' }, 'between {x} and {y} the key needs a character that values cannot have'],
    [{ url: '/a/:x/:y', key: '{x}-{y}' }, 'between {x} and {y} the key needs a character that values cannot have'],
    [{ url: '/a/:x/:y', key: '{x}%{y}' }, 'between {x} and {y} the key needs a character that values cannot have'],
    [
      { url: '/a/:x', key: '{x}', params: { x: { default: 'b', allow: ['a'] } } },
      'the default of "x" breaks its own rules',
    ],
    [{ url: '/a/:x', key: '{x}', params: { x: { min: 1 } } }, 'min and max of "x" need integer: true'],
    [{ url: '/a/:x', key: '{x}', params: { x: { maxLength: 0 } } }, 'maxLength of "x" must be a positive integer'],
    [{ url: '/a/:x', key: '{x}', params: { x: { pattern: '(' } } }, 'Invalid regular expression'],
    [{ url: '/a', key: 'a', ttlSeconds: -1 }, 'ttlSeconds must be an integer from 0 to 2592000, got -1'],
    [{ url: '/a?p=:x', key: 'a:{x}', readerParams: ['p'] }, '"p" in the query says what is read: take another'],
    [{ url: '/a', key: 'a', unknownParams: 'x' as never }, 'unknownParams must be "ignore" or "refuse"'],
  ])('refuse %j', (template, message) => {
    expect(() => compile({ url: '/fine', key: 'fine' }, template)).toThrow(`template 1 (${template.url}): `);
    expect(() => compile(template)).toThrow(message);
  });

  it('say everything that is wrong at once', () => {
    expect(() => compile({ url: 'a', key: 'k' }, { url: '/b/:x', key: 'k' })).toThrow(/template 0 .*\ntemplate 1 /);
  });

  it.each([
    ['coupons:{x}', 'coupons:all'],
    ['coupons:{x}', 'coupons:{y}'],
    ['a-{x}', '{y}-b'],
    ['{x}:b', 'a:{y}'],
    ['a{x}', 'ab{y}c'],
    ['u:%41{x}', 'u:{y}'],
  ])('that could make one key, %s and %s, are refused', (left, right) => {
    const template = (name: string, key: string): KeyTemplate => {
      const params = [...key.matchAll(/\{(\w)\}/g)].map(([, param]) => `/:${param}`);
      return { url: `/${name}${params.join('')}`, key };
    };
    expect(() => compile(template('l', left), template('r', right))).toThrow(`its key ${right} could be a key of /l`);
  });

  it.each([
    ['coupons:{x}', 'coupons:{y}:all'],
    ['coupons:{x}', 'users:{y}'],
    ['a{x}', 'b{y}'],
    ['{x}', 'a:b'],
    ['{x}:b', '{y}:c'],
  ])('that cannot, %s and %s, are taken', (left, right) => {
    const url = (name: string, key: string): string =>
      `/${name}${[...key.matchAll(/\{(\w)\}/g)].map(([, param]) => `/:${param}`).join('')}`;
    expect(compile({ url: url('l', left), key: left }, { url: url('r', right), key: right }).templates).toHaveLength(2);
  });

  it('may have one key for two URLs on purpose, but not two for one', () => {
    expect(compile({ url: '/a/:x', key: 'k:{x}' }, { url: '/a?x=:x', key: 'k:{x}' }).templates).toHaveLength(2);
    expect(() => compile({ url: '/a/:x', key: 'k:{x}' }, { url: '/a/:y?z=:z', key: 'm:{y}:{z}' })).toThrow(
      'it answers the same URLs as /a/:x',
    );
  });
});
