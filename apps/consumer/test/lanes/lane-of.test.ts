import { describe, expect, it } from 'vitest';

import { laneOf } from '../../src/lanes/lane-of.ts';
import { messageOf } from '../fixtures/message-of.ts';

const laneOfBody = (expression: string, body: string): string => laneOf(expression)(messageOf('1', body));

describe('the lane of a message', () => {
  it('is one and the same for all without an expression', () => {
    expect(laneOf(undefined)(messageOf('1'))).toBe(laneOf(undefined)(messageOf('2')));
  });

  it('is what a JSON Pointer leads to in its body', () => {
    expect(laneOfBody('/policy/id', '{"policy":{"id":7}}')).toBe('7');
    expect(laneOfBody('/policy/id', '{"policy":{"id":"7"}}')).toBe('"7"');
    expect(laneOfBody('/list/1', '{"list":["a","b"]}')).toBe('"b"');
    expect(laneOfBody('/a~1b/~0c', '{"a/b":{"~c":true}}')).toBe('true');
  });

  it.each(['no json', '{}', '{"policy":null}', '{"policy":{"id":null}}', '[]', '""'])(
    'is that of all the others where nothing is: %s',
    (body) => {
      expect(laneOfBody('/policy/id', body)).toBe('');
    },
  );

  it('never takes what an object has from its prototype', () => {
    expect(laneOfBody('/constructor/name', '{}')).toBe('');
  });

  it('is an attribute where the expression does not begin with a slash', () => {
    const attributes = new Map([['policy', '7']]);
    expect(laneOf('policy')(messageOf('1', '', { attributes }))).toBe('"7"');
    expect(laneOf('other')(messageOf('1', '', { attributes }))).toBe('');
  });

  it('refuses a pointer that is none', () => {
    expect(() => laneOf('/a~2')).toThrow('"/a~2" is not a JSON Pointer');
  });
});
