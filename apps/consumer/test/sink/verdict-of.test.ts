import { describe, expect, it } from 'vitest';

import { verdictOf } from '../../src/sink/verdict-of.ts';

const kindOf = (status: number, text = '', retryAfter?: string): string => verdictOf({ status, text, retryAfter }).kind;

describe('the verdict of an answer', () => {
  it.each([200, 201, 202, 204])('%i means that the sink has it', (status) => {
    expect(kindOf(status)).toBe('accepted');
  });

  it.each([400, 409, 413, 415, 422, 500, 501])('%i means that the sink does not want this message', (status) => {
    expect(kindOf(status)).toBe('refused');
  });

  it.each([301, 307, 401, 403, 404, 408, 410, 425, 429, 502, 503, 504])(
    '%i says nothing of the message, so that it is never buried for it',
    (status) => {
      expect(kindOf(status)).toBe('unavailable');
    },
  );

  it('knows a sink that has heard of a newer leader by the code of its 409', () => {
    expect(kindOf(409, '{"code":"ERR_LOCK_STALE_TOKEN"}')).toBe('stale');
    expect(kindOf(409, 'null')).toBe('refused');
  });

  it('takes a retry-after in seconds and passes a date over', () => {
    const unavailable = { kind: 'unavailable', reason: 'the sink answered 503' };
    expect(verdictOf({ status: 503, text: '', retryAfter: '7' })).toEqual({ ...unavailable, againInMs: 7000 });
    const date = 'Wed, 21 Oct 2030 07:28:00 GMT';
    expect(verdictOf({ status: 503, text: '', retryAfter: date })).toEqual({ ...unavailable, againInMs: undefined });
  });

  it('has nothing of the body in its reason', () => {
    expect(JSON.stringify(verdictOf({ status: 422, text: 'secret', retryAfter: undefined }))).not.toContain('secret');
  });
});
