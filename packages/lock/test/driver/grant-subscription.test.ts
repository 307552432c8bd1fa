import { EventEmitter } from 'node:events';

import type { RedisClient, RedisConnection } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createGrantSubscription, type GrantSubscription } from '../../src/driver/redis/grant-subscription.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

/** What a server says to whatever comes over one connection. */
type Answer = () => Promise<unknown>;

interface Setup {
  readonly clock: ManualClock;
  readonly subscription: GrantSubscription;
  /** Whether each connection that was made is open. */
  readonly isOpen: boolean[];
  readonly connections: EventEmitter[];
  readonly errors: Error[];
}

const never: Answer = () => new Promise(() => undefined);
const welcome: Answer = () => Promise.resolve(1);
const notReady: Answer = () => Promise.reject(new Error('not writeable'));

/** `answers`: those of one connection after another. */
function setup(answers: readonly Answer[]): Setup {
  const clock = createManualClock();
  const isOpen: boolean[] = [];
  const connections: EventEmitter[] = [];
  const errors: Error[] = [];
  const duplicate = (): RedisConnection => {
    const place = isOpen.push(true) - 1;
    const call = answers[place] ?? never;
    const connection = Object.assign(new EventEmitter(), {
      call,
      callBuffer: call,
      duplicate,
      disconnect: () => void (isOpen[place] = false),
    });
    connections.push(connection);
    return connection;
  };
  const client: RedisClient = { call: never, callBuffer: never, duplicate };
  const subscription = createGrantSubscription({
    client,
    channel: 'c',
    isCluster: false,
    clock,
    random: () => 0,
    pingMs: 250,
    onPush: () => undefined,
    onListening: () => undefined,
    onError: (error) => void errors.push(error),
  });
  return { clock, subscription, isOpen, connections, errors };
}

const silence = (ms: number): object => ({
  code: 'ERR_LOCK_UNAVAILABLE',
  message: `Redis did not answer within ${ms} ms`,
});

describe('the connection that hears of grants', () => {
  it('is replaced, and that is reported, when the server takes it and answers nothing for five seconds', async () => {
    const { clock, subscription, isOpen, errors } = setup([never, welcome]);
    const ensured = subscription.ensure('b', 1000);
    await clock.advance(4999);
    await expect(ensured).resolves.toBe(false);
    expect([isOpen, errors]).toEqual([[true], []]);
    await clock.advance(1000);
    expect([isOpen, subscription.isListeningTo('b')]).toEqual([[false, true], true]);
    expect(errors).toMatchObject([silence(5000)]);
    await clock.advance(60_000);
    expect(isOpen).toEqual([false, true]);
  });

  it('gets twice as long after each that did not answer, and five seconds again after one that did', async () => {
    const { clock, subscription, connections, errors } = setup([never, never, never, never, never, welcome]);
    await Promise.all([subscription.ensure('b', 1000), clock.advance(120_000)]);
    expect(errors).toMatchObject([5000, 10_000, 20_000, 40_000, 40_000].map(silence));
    expect(subscription.isListeningTo('b')).toBe(true);
    connections.at(-1)!.emit('close');
    await clock.advance(5500);
    expect(errors.slice(5)).toMatchObject([silence(5000)]);
  });

  it('is replaced as well when the client takes no commands because the connection never gets ready', async () => {
    const { clock, subscription, isOpen, errors } = setup([notReady, welcome]);
    const ensured = subscription.ensure('b', 10_000);
    await clock.advance(6000);
    await expect(ensured).resolves.toBe(true);
    expect(isOpen).toEqual([false, true]);
    expect(errors.at(-1)).toMatchObject(silence(5000));
  });

  it('leaves no timer behind when it is closed before it was answered', async () => {
    const { clock, subscription, isOpen } = setup([never]);
    const ensured = subscription.ensure('b', 1000);
    subscription.close();
    await expect(ensured).resolves.toBe(false);
    expect([isOpen, clock.timers]).toEqual([[false], 0]);
  });
});
