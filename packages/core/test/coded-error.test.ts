import { describe, expect, it } from 'vitest';

import { CodedError, describeError, toError } from '../src/coded-error.ts';

class SampleError extends CodedError<'ERR_SAMPLE_BROKEN'> {}

describe('CodedError', () => {
  it('carries its code, its cause and the name of its class', () => {
    const cause = new Error('socket closed');
    const error = new SampleError('ERR_SAMPLE_BROKEN', 'the sample broke', { cause });
    expect(error).toMatchObject({ code: 'ERR_SAMPLE_BROKEN', name: 'SampleError', message: 'the sample broke', cause });
  });

  it('has no cause where none was given', () => {
    expect('cause' in new SampleError('ERR_SAMPLE_BROKEN', 'alone')).toBe(false);
  });
});

describe('describeError', () => {
  it.each([
    [new SampleError('ERR_SAMPLE_BROKEN', 'the sample broke'), 'the sample broke (ERR_SAMPLE_BROKEN)'],
    [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED 127.0.0.1:1',
    ],
    [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'AggregateError (ECONNREFUSED)'],
    ['plain text', 'plain text'],
  ])('says %s in one line', (error, text) => {
    expect(describeError(error)).toBe(text);
  });
});

describe('toError', () => {
  it('gives back an error as it is, and makes one of anything else', () => {
    const error = new RangeError('too much');
    expect(toError(error)).toBe(error);
    expect(toError('no error')).toEqual(new Error('no error'));
    expect(toError(undefined)).toEqual(new Error('undefined'));
  });
});
