import { describe, expect, it } from 'vitest';

import { OwnerAttempts } from '../../src/driver/redis/owner-attempts.ts';

describe('the attempts of owners', () => {
  it('are forgotten when the last of an owner has ended', () => {
    const attempts = new OwnerAttempts();
    const all = ['p:1', 'p:1', 'p:2'].map((owner) => attempts.begin(owner));
    attempts.left('p:1');
    attempts.left('p:unknown');
    expect(attempts.size).toBe(2);
    for (const attempt of all) attempt.end();
    expect(attempts.size).toBe(0);
  });

  it('have the lock to themselves as long as no other is newer or has it', () => {
    const attempts = new OwnerAttempts();
    const first = attempts.begin('p:1');
    expect(first.isAlone).toBe(true);
    const second = attempts.begin('p:1');
    expect([first.isAlone, second.isAlone]).toEqual([false, true]);
    expect(first.hold()).toBe(true);
    expect(second.isAlone).toBe(false);
    attempts.left('p:1');
    expect([first.isOver, second.isOver, second.isAlone]).toEqual([true, true, true]);
  });

  it('are not over when their owner asks anew', () => {
    const attempts = new OwnerAttempts();
    const first = attempts.begin('p:1');
    attempts.left('p:1');
    attempts.begin('p:1');
    expect(first.isOver).toBe(false);
  });
});
