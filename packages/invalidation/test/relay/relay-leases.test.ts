import { beforeEach, describe, expect, it } from 'vitest';

import { createRelayLeases, type RelayLeases } from '../../src/relay/relay-leases.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const at = (sequence: number, epoch = 'e1'): { epoch: string; sequence: number }[] => [{ epoch, sequence }];

describe('createRelayLeases', () => {
  let clock: TestClock;
  let leases: RelayLeases;
  let asked: number;
  let acks: (number | undefined)[];
  const acknowledge = (): void => void acks.push(leases.sequence(0, 'e1', 9));
  beforeEach(() => {
    clock = createTestClock();
    asked = 0;
    acks = [];
    leases = createRelayLeases(clock, () => asked++);
  });

  it('holds nothing back while nobody has a lease', () => {
    leases.request(0, 'e1', 9, acknowledge);
    expect(acks).toEqual([9]);
    expect(asked).toBe(0);
  });

  it('holds an entry back until the slowest has passed it, and says when it comes further', () => {
    leases.grant('a', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    leases.grant('b', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    leases.request(0, 'e1', 9, acknowledge);
    expect(asked).toBe(1);
    leases.passed('a', at(9));
    leases.passed('b', at(7));
    leases.passed('b', at(9));
    leases.passed('b', at(9));
    expect(acks).toEqual([5, 7, 9]);
  });

  it('counts nobody who may no longer serve', () => {
    leases.grant('a', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    leases.request(0, 'e1', 9, acknowledge);
    clock.advance(1000);
    expect(acks).toEqual([]);
    clock.advance(50);
    expect(acks).toEqual([9]);
  });

  it('counts a lease from the latest horizon that was told, in whatever order', () => {
    leases.grant('a', { horizonAt: 500, leaseMs: 1000, at: at(5) });
    leases.grant('a', { horizonAt: 100, leaseMs: 1000, at: at(5) });
    leases.request(0, 'e1', 9, acknowledge);
    clock.advance(1500);
    expect(acks).toEqual([]);
    clock.advance(50);
    expect(acks).toEqual([9]);
  });

  it('does not count one who says that it serves nothing any more', () => {
    leases.grant('a', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    leases.request(0, 'e1', 9, acknowledge);
    leases.drop('a');
    leases.drop('a');
    expect(acks).toEqual([9]);
  });

  it('knows nothing of an epoch that one of them has not reached', () => {
    leases.grant('a', { horizonAt: 0, leaseMs: 1000, at: at(5, 'e0') });
    leases.grant('b', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    expect(leases.sequence(0, 'e1', 9)).toBeUndefined();
    leases.passed('a', at(6));
    expect(leases.sequence(0, 'e1', 9)).toBe(5);
    expect(leases.sequence(1, 'e1', 9)).toBeUndefined();
  });

  it('hears nothing of one without a lease', () => {
    leases.passed('a', at(1));
    expect(leases.sequence(0, 'e1', 9)).toBe(9);
  });

  it('is drained when the last lease has ended', async () => {
    leases.grant('a', { horizonAt: 0, leaseMs: 1000, at: at(5) });
    leases.grant('b', { horizonAt: 0, leaseMs: 3000, at: at(5) });
    let isDrained = false;
    const drained = leases.drained().then(() => (isDrained = true));
    clock.advance(2000);
    await Promise.resolve();
    expect(isDrained).toBe(false);
    leases.drop('b');
    await drained;
    await leases.drained();
    expect(isDrained).toBe(true);
  });
});
