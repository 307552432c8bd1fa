import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { LagMessage } from '../src/index.ts';
import { createDeafLog } from './deaf-log.ts';
import { createFakeClock, settle } from './fake-clock.ts';
import { openCache } from './open-cache.ts';

describe('the statistics of a cache', () => {
  it('say how long its own invalidations take to be heard, and tell who listens', async () => {
    const messages: LagMessage[] = [];
    const listen = (message: unknown): void => void messages.push(message as LagMessage);
    subscribe('lockstep:cache:lag', listen);
    onTestFinished(() => void unsubscribe('lockstep:cache:lag', listen));
    await using open = await openCache();
    const { cache, clock, log } = open;
    await cache.invalidate('a');
    log.deafen();
    const waiting = cache.invalidate('b');
    await clock.advance(120);
    log.hear();
    await waiting;
    expect(cache.stats()).toMatchObject({ invalidations: 2, invalidationsHeard: 2, invalidationLagMs: 120 });
    expect(messages).toEqual([{ lagMs: 0 }, { lagMs: 120 }]);
    log.deafen();
    await clock.during(300, cache.invalidate('c'));
    expect(cache.stats()).toMatchObject({ invalidations: 3, invalidationsHeard: 2 });
    log.hear();
  });

  it('have those of the log: entries, and resets by reason', async () => {
    await using open = await openCache();
    const { cache, log } = open;
    await log.publish(['a', 'b']);
    await cache.clear();
    await settle();
    expect(cache.stats()).toMatchObject({
      keysHeard: 2,
      resets: 1,
      log: { entries: 1, gaps: 0, leasesLost: 0, leaseLostMs: 0, resets: { cleared: 1, lost: 0, trimmed: 0 } },
    });
  });

  it('are a copy, which grows no more', async () => {
    await using open = await openCache();
    const before = open.cache.stats();
    await open.log.publish(['a']);
    expect([before.keysHeard, before.log.entries]).toEqual([0, 0]);
    expect([open.cache.stats().keysHeard, open.cache.stats().log.entries]).toEqual([1, 1]);
  });

  it('and its health say how far behind it is', async () => {
    const clock = createFakeClock();
    const log = createDeafLog(clock);
    let lag = { lagEntries: 0, lagMs: 0 };
    const behind = {
      ...log,
      follow(options: Parameters<typeof log.follow>[0]) {
        const follower = log.follow(options);
        return { ...follower, stats: () => ({ ...follower.stats(), ...lag }) };
      },
    };
    await using open = await openCache({}, { clock, log: behind });
    expect(open.cache.health()).toMatchObject({ isServing: true, lagEntries: 0, lagMs: 0 });
    lag = { lagEntries: 7, lagMs: 40 };
    expect(open.cache.health()).toMatchObject(lag);
    expect(open.cache.stats().log).toMatchObject(lag);
  });
});
