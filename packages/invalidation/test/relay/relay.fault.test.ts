import { afterEach, describe, expect, it } from 'vitest';

import { createRedisLog } from '../../src/redis/redis-log.ts';
import type { InvalidationLog } from '../../src/invalidation-log.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { setupRedis } from '../redis-setup.ts';
import { createCoherenceProbe } from './coherence-probe.ts';
import { createRelayFollowerSocket } from './raw-client.ts';
import { type RelayChild, startRelayChild } from './relay-child.ts';
import { setupRelays } from './relay-setup.ts';

const LEASE_MS = 1000;
const redis = setupRedis();
const relays = setupRelays();
const children: RelayChild[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

function redisLog(namespace: string): InvalidationLog {
  return createRedisLog({ client: redis.connect(), namespace, maxLeaseMs: 2000 });
}

async function startChild(path: string, namespace: string): Promise<RelayChild> {
  const child = await startRelayChild(path, redis.server.port, namespace);
  children.push(child);
  return child;
}

describe('a relay', () => {
  it('that is killed and started again lets nothing be served too late, and loses nothing', async () => {
    const namespace = redis.namespace();
    const path = await relays.path();
    const publish = redisLog(namespace);
    const first = await startChild(path, namespace);
    await using probe = createCoherenceProbe({ hear: relays.behind({ path }, publish), publish, leaseMs: LEASE_MS });
    await probe.follower.ready;
    const stop = probe.keepPublishing();
    await expect.poll(() => probe.confirmed).toBeGreaterThan(50);
    await first.kill();
    const before = probe.confirmed;
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(false);
    await expect.poll(() => probe.confirmed).toBeGreaterThan(before + 20);
    await startChild(path, namespace);
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(true);
    await stop();
    await expect.poll(() => probe.stale()).toEqual([]);
    expect(probe.violations).toEqual([]);
    expect(probe.resets).toEqual([]);
  });

  it('that is frozen lets nothing be served too late, and goes on where it was', async () => {
    const namespace = redis.namespace();
    const path = await relays.path();
    const publish = redisLog(namespace);
    const relay = await startChild(path, namespace);
    await using probe = createCoherenceProbe({ hear: relays.behind({ path }, publish), publish, leaseMs: LEASE_MS });
    await probe.follower.ready;
    const stop = probe.keepPublishing();
    await expect.poll(() => probe.confirmed).toBeGreaterThan(50);
    relay.freeze();
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(false);
    const before = probe.confirmed;
    await expect.poll(() => probe.confirmed).toBeGreaterThan(before + 20);
    relay.thaw();
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(true);
    await stop();
    await expect.poll(() => probe.stale()).toEqual([]);
    expect(probe.violations).toEqual([]);
    expect(probe.resets).toEqual([]);
  });

  it('that cannot reach Redis tells no horizon, refuses publishes in time, and recovers', async () => {
    const namespace = redis.namespace();
    const log = redisLog(namespace);
    const relay = await relays.relay(log, { leaseMs: LEASE_MS, onError: () => undefined });
    const behind = relays.behind(relay, log);
    await using probe = createCoherenceProbe({ hear: behind, publish: behind, leaseMs: LEASE_MS });
    await probe.follower.ready;
    const stop = probe.keepPublishing();
    await expect.poll(() => probe.confirmed).toBeGreaterThan(50);
    await redis.server.freeze();
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(false);
    await expect(behind.publish(['away'], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'ERR_INVALIDATION_TIMEOUT',
    });
    await redis.server.thaw();
    await expect.poll(() => probe.isServing(), { timeout: 10_000 }).toBe(true);
    await stop();
    await expect.poll(() => probe.stale()).toEqual([]);
    expect(probe.violations).toEqual([]);
  });
});

describe('everywhere, with followers behind a relay', () => {
  async function startRelay(): Promise<{ relay: Relay; elsewhere: InvalidationLog }> {
    const namespace = redis.namespace();
    const [log, elsewhere] = [redisLog(namespace), redisLog(namespace)];
    const relay = await relays.relay(log, { leaseMs: LEASE_MS });
    // A log that is new waits for those who may have followed it before.
    await elsewhere.publish(['first'], { everywhere: true });
    return { relay, elsewhere };
  }

  it('waits for one that is frozen until its lease has run out, and not longer', async () => {
    const { relay, elsewhere } = await startRelay();
    const frozen = await createRelayFollowerSocket(relay.path, 'now', LEASE_MS);
    await frozen.message('start');
    frozen.send({ t: 'ping', n: 1, at: '0-0' });
    const { lagMs } = await frozen.message('pong');
    const servesUntil = performance.now() - Number(lagMs) + LEASE_MS;
    await elsewhere.publish(['a'], { everywhere: true });
    expect(performance.now()).toBeGreaterThan(servesUntil - 50);
    expect(performance.now()).toBeLessThan(servesUntil + 2 * LEASE_MS);
    frozen.close();
  });

  it('waits for one whose connection broke as long, because it may serve on', async () => {
    const { relay, elsewhere } = await startRelay();
    const gone = await createRelayFollowerSocket(relay.path, 'now', LEASE_MS);
    await gone.message('start');
    gone.send({ t: 'ping', n: 1, at: '0-0' });
    const { lagMs } = await gone.message('pong');
    const servesUntil = performance.now() - Number(lagMs) + LEASE_MS;
    gone.close();
    await expect.poll(() => relay.clients, { interval: 5 }).toBe(0);
    await elsewhere.publish(['a'], { everywhere: true });
    expect(performance.now()).toBeGreaterThan(servesUntil - 50);
  });

  it('does not wait for one that answers, or that said goodbye', async () => {
    const { relay, elsewhere } = await startRelay();
    const [answering, leaving] = [
      await createRelayFollowerSocket(relay.path, 'now', LEASE_MS),
      await createRelayFollowerSocket(relay.path, 'now', LEASE_MS),
    ];
    for (const client of [answering, leaving]) {
      await client.message('start');
      client.send({ t: 'ping', n: 1, at: '0-0' });
      await client.message('pong');
    }
    leaving.send({ t: 'bye' });
    const startedAt = performance.now();
    const published = elsewhere.publish(['a'], { everywhere: true });
    const entry = await answering.message('entry');
    await answering.message('ask');
    answering.send({ t: 'ack', at: (entry['m'] as [string, number]).join('-') });
    await published;
    expect(performance.now() - startedAt).toBeLessThan(LEASE_MS / 2);
    answering.close();
    leaving.close();
  });
});
