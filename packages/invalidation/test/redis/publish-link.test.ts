import type { RedisClient, RedisConnection } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createPublishLink, type PublishLink } from '../../src/redis/publish-link.ts';
import { scriptedClient } from './scripted-client.ts';

const given = scriptedClient(async () => null);

/** A link on a clock that the test moves, and the connections that it has made. */
function openLink(): { link: PublishLink; wait: (ms: number) => void; open: RedisClient[]; made: () => number } {
  let now = 0;
  let made = 0;
  const open: RedisClient[] = [];
  const link = createPublishLink(given, {
    shards: 2,
    timeoutMs: 100,
    clock: { now: () => now, monotonic: () => now, setTimer: () => ({ cancel() {} }) },
    own: {
      lastError: undefined,
      get() {
        made++;
        const none = async (): Promise<unknown> => null;
        const connection: RedisConnection = {
          ...scriptedClient(none),
          on: () => connection,
          disconnect: () => undefined,
        };
        open.push(connection);
        return connection;
      },
      drop: () => void open.splice(0),
    },
  });
  return { link, wait: (ms) => void (now += ms), open, made: () => made };
}

describe('the link that publishes go over', () => {
  it('is the client that was given while that answers, however late', () => {
    const { link, wait, made } = openLink();
    for (let i = 0; i < 5; i++) {
      const sent = [link.send(0, 1), link.send(1, 1)];
      wait(1000);
      for (const each of sent) each.answered();
    }
    // Some are answered, and others of the same shard are not.
    for (let i = 0; i < 10; i++) {
      link.send(0, 1);
      link.send(0, 1).answered();
      wait(90);
    }
    expect(link.client).toBe(given);
    expect(made()).toBe(0);
  });

  it('becomes a connection of its own when one shard is twice found silent for too long, and another when that is', () => {
    const { link, wait, open, made } = openLink();
    link.send(0, 1);
    wait(101);
    link.send(1, 1).answered();
    expect(link.send(0, 1).client).toBe(given);
    wait(101);
    expect(link.isIdle).toBe(false);
    const sent = link.send(0, 1);
    expect(sent.client).toBe(open[0]);
    expect(link.client).toBe(open[0]);
    // It has to be made first, and is given twice the time.
    wait(201);
    expect(link.send(0, 1).client).toBe(sent.client);
    wait(101);
    expect(link.send(0, 1).client).toBe(sent.client);
    wait(101);
    const next = link.send(0, 1);
    expect(next.client).not.toBe(sent.client);
    expect([made(), open.length]).toEqual([2, 1]);
    // The one that answers is held to the time of the first again.
    next.answered();
    link.send(0, 1);
    wait(101);
    link.send(0, 1);
    wait(101);
    link.send(0, 1);
    expect(made()).toBe(3);
    link.close();
    expect(open).toEqual([]);
  });

  it('stays when this process was held up and could not see the answer', () => {
    const { link, wait } = openLink();
    const sent = link.send(0, 1);
    wait(60_000);
    link.send(0, 1).answered();
    sent.answered();
    wait(60_000);
    expect(link.isIdle).toBe(true);
    expect(link.send(0, 1).client).toBe(given);
  });

  it('refuses what is beyond 64 MiB that wait for answers, and takes it once they came', () => {
    const { link, wait, open } = openLink();
    const large = link.send(0, 60_000_000);
    expect(() => link.send(1, 8_000_000)).toThrow('the invalidation log does not answer, and 60000000 bytes wait');
    large.answered();
    link.send(1, 8_000_000);
    // What waits at a client that was given up is in nobody's way.
    link.send(0, 59_000_000);
    wait(101);
    link.send(0, 1);
    wait(101);
    const elsewhere = link.send(0, 60_000_000);
    expect(elsewhere.client).toBe(open[0]);
    elsewhere.answered();
    expect(link.isIdle).toBe(true);
  });

  it('takes one that is larger than that by itself', () => {
    const { link } = openLink();
    expect(link.send(0, 100_000_000).client).toBe(given);
  });
});
