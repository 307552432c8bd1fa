import { beforeEach, describe, expect, it } from 'vitest';

import { OrderJudge } from './order-judge.ts';

let judge: OrderJudge;
beforeEach(() => {
  judge = new OrderJudge();
  judge.rule({ token: 10, idempotencyKey: 'q/1', place: 1 });
  judge.rule({ token: 10, idempotencyKey: 'q/2', place: 2 });
});

describe('the judge of the ordered queue', () => {
  it('applies what follows, and knows again what it has applied', () => {
    expect(judge.rule({ token: 11, idempotencyKey: 'q/2', place: 2 })).toBe('repeated');
    expect(judge.rule({ token: 11, idempotencyKey: 'q/3', place: 3 })).toBe('applied');
    expect([judge.place, judge.token, judge.wrongs]).toEqual([3, 11, []]);
  });

  it('condemns a gap, and a place under the key of another message', () => {
    expect(judge.rule({ token: 10, idempotencyKey: 'q/4', place: 4 })).toBe('wrong');
    expect(judge.rule({ token: 10, idempotencyKey: 'q/9', place: 1 })).toBe('wrong');
    expect(judge.wrongs).toEqual(['4 as q/4 under 10 after 2', '1 as q/9 under 10 after 2']);
  });

  it('turns away whoever was overtaken, whatever he brings', () => {
    judge.rule({ token: 11, idempotencyKey: 'q/3', place: 3 });
    expect(judge.rule({ token: 10, idempotencyKey: 'q/4', place: 4 })).toBe('stale');
    expect([judge.place, judge.wrongs]).toEqual([3, []]);
  });
});
