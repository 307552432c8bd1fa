import { stat } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import type { Invalidation } from '../../src/invalidation-log.ts';
import { createRelay } from '../../src/relay/relay.ts';
import { createRelayLog } from '../../src/relay/relay-log.ts';
import { record } from '../recorder.ts';
import { createMemoryLog } from '../../src/memory/memory-log.ts';
import { createRelayFollowerSocket } from './raw-client.ts';
import { setupRelays } from './relay-setup.ts';
import { createScriptedLog } from './scripted-log.ts';

const relays = setupRelays();

describe('createRelay', () => {
  it('feeds followers over one follower of the log, in order, with all that an entry says', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const logs = [relays.behind(relay, log), relays.behind(relay, log)];
    const heard = logs.map((behind) => {
      const entries: Invalidation[] = [];
      const { follower } = record(behind, { onInvalidate: (_keys, _position, entry) => void entries.push(entry) });
      return { follower, entries };
    });
    await Promise.all(heard.map(({ follower }) => follower.ready));
    expect(log.followers).toBe(1);
    const bytes = Buffer.from([0xff, 0x00]);
    const first = await logs[0]!.publish(['a', bytes], { tags: ['t'], origin: 'o', traceId: 'i' });
    const second = await logs[1]!.publish(['b']);
    for (const { entries, follower } of heard) {
      await expect.poll(() => entries).toHaveLength(2);
      expect(entries[0]).toEqual({
        position: first,
        shard: 0,
        epoch: 'e1',
        sequence: 1,
        keys: ['a'],
        binaryKeys: [bytes],
        tags: ['t'],
        origin: 'o',
        traceId: 'i',
      });
      expect(entries[1]).toMatchObject({ position: second, keys: ['b'], binaryKeys: [], tags: [], origin: undefined });
      expect(follower.cursor).toBe(second);
      expect(follower.epoch(0)).toBe('e1');
      expect(follower.sequence(0)).toBe(2);
    }
  });

  it('tells no more of the horizon than it knows itself', async () => {
    const log = createScriptedLog();
    log.horizonAgeMs = 60_000;
    const relay = await relays.relay(log);
    const { follower } = record(relays.behind(relay, log));
    await follower.ready;
    expect(follower.horizonAgeMs()).toBeGreaterThanOrEqual(60_000);
    log.horizonAgeMs = 0;
    await follower.sync();
    expect(follower.horizonAgeMs()).toBeLessThan(30_000);
  });

  it('lets nobody be ready before it has a horizon itself', async () => {
    const log = createScriptedLog();
    log.horizonAgeMs = Infinity;
    const relay = await relays.relay(log);
    const { follower } = record(relays.behind(relay, log));
    await expect(Promise.race([follower.ready, relays.path().then(() => 'not yet')])).resolves.toBe('not yet');
    expect(follower.horizonAgeMs()).toBe(Infinity);
    expect(follower.horizonAt()).toBe(-Infinity);
    log.horizonAgeMs = 0;
    await follower.ready;
  });

  it('is asked by a sync as soon as there is a connection', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const { follower } = record(relays.behind(relay, log));
    const before = log.syncs;
    await follower.sync();
    expect(log.syncs).toBeGreaterThan(before);
    const nobody = record(relays.behind({ path: await relays.path() }, log, { timeoutMs: 100 }));
    await expect(nobody.follower.sync()).rejects.toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT' });
    expect(nobody.errors[0]).toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
  });

  it('passes resets on, with their reason, and what comes after them', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    const { follower, keys, resets } = record(behind);
    await follower.ready;
    await behind.clear();
    log.reset('trimmed');
    await behind.publish(['after']);
    await expect.poll(() => keys).toEqual(['after']);
    expect(resets).toEqual(['cleared', 'trimmed']);
    expect(follower.epoch(0)).toBe('e111');
  });

  it('acknowledges what all of its followers with a lease have passed, and waits for no others', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    const leased = record(behind, { leaseMs: 1000 });
    const free = record(behind);
    await Promise.all([leased.follower.ready, free.follower.ready]);
    const position = await behind.publish(['a'], { everywhere: true });
    expect(leased.keys).toEqual(['a']);
    expect(position).toBe('e1-1');
    expect(log.acknowledged()).toEqual([1]);
  });

  it('holds everywhere back over a log in memory too', async () => {
    const log = createMemoryLog();
    const relay = await relays.relay(log);
    const client = await createRelayFollowerSocket(relay.path, 'now', 1000);
    await client.message('start');
    client.send({ t: 'ping', n: 1, at: '0-0' });
    await client.message('pong');
    await expect(log.publish(['a'], { everywhere: true, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ERR_INVALIDATION_TIMEOUT',
      position: expect.stringMatching(/-1$/) as string,
    });
    const published = log.publish(['b'], { everywhere: true });
    const { m } = await client.message('entry', (entry) => (entry['k'] as string[])[0] === 'b');
    client.send({ t: 'ack', at: (m as [string, number]).join('-') });
    await expect(published).resolves.toMatch(/-2$/);
    client.close();
  });

  it('reports what the log refuses as the log does', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    log.isAway = true;
    await expect(behind.publish(['a'])).rejects.toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
    const { follower } = record(behind, { from: 'e1-0' });
    await follower.ready;
    await expect(follower.sync()).rejects.toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
  });

  it('gives its socket to its owner only, or as it is told', async () => {
    const log = createScriptedLog();
    const [own, open] = [await relays.relay(log), await relays.relay(log, { mode: 0o660 })];
    expect((await stat(own.path)).mode & 0o777).toBe(0o600);
    expect((await stat(open.path)).mode & 0o777).toBe(0o660);
    await own.close();
    await expect(stat(own.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a path on which a relay listens, or where something else lies, and leaves both alone', async () => {
    const log = createScriptedLog();
    const first = await relays.relay(log);
    const second = createRelay({ log, path: first.path });
    await expect(second.listen()).rejects.toThrow(`a relay already listens on ${first.path}`);
    await second.close();
    await expect(createRelay({ log, path: import.meta.dirname }).listen()).rejects.toThrow('is there and is no socket');
    const { follower } = record(relays.behind(first, log));
    await follower.ready;
  });

  it('refuses a log of another name or shape, and a lease that it does not grant', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log, { leaseMs: 500 });
    const failures: [Parameters<typeof createRelayLog>[0], string][] = [
      [{ path: relay.path, namespace: 'other' }, 'relays the namespace scripted, not other'],
      [{ path: relay.path, namespace: 'scripted', shards: 2 }, 'relays a log of 1 shards, not 2'],
    ];
    for (const [options, message] of failures) {
      await using wrong = createRelayLog(options);
      await expect(wrong.publish(['a'])).rejects.toThrow(message);
    }
    const { errors } = record(relays.behind(relay, log), { leaseMs: 501 });
    await expect.poll(() => errors[0]?.message).toContain('grants leases of at most 500 ms');
  });

  it('refuses options that make no sense and names them', async () => {
    const log = createScriptedLog();
    expect(() => createRelay({ log, path: '' })).toThrow('path must have 1 to 90 bytes, got 0');
    expect(() => createRelay({ log, path: '/a', maxEntries: 0 })).toThrow('maxEntries must be positive, got 0');
    expect(() => createRelayLog({ path: 'x'.repeat(91), namespace: 'n' })).toThrow('path must have 1 to 90 bytes');
    expect(() => createRelayLog({ path: '/a', namespace: '' })).toThrow('namespace must not be empty');
    expect(() => createRelayLog({ path: '/a', namespace: 'n', shards: 0 })).toThrow('shards must be at least 1');
    expect(() => createRelayLog({ path: '/a', namespace: 'n', timeoutMs: 0 })).toThrow('timeoutMs must be positive');
  });

  it('does not listen when the log does not take how it follows', async () => {
    await using log = createMemoryLog();
    const path = await relays.path();
    const relay = createRelay({ log, path, heartbeatMs: 5 });
    await expect(relay.listen()).rejects.toThrow('heartbeatMs must be at least 10, got 5');
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await relays.relay(log, { path })).path).toBe(path);
    await relay.close();
  });

  it('closes what it opened, tells its followers so, and takes nothing afterwards', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const { follower } = record(relays.behind(relay, log), { leaseMs: 2000 });
    await follower.ready;
    expect(relay.clients).toBe(1);
    await Promise.all([relay.close(), relay.close()]);
    // It did not wait for the lease: the follower said that it serves nothing any more.
    expect(follower.horizonAgeMs()).toBe(Infinity);
    expect(relay.horizonAgeMs()).toBe(Infinity);
    expect(log.followers).toBe(0);
    const next = await relays.relay(log, { path: relay.path });
    expect(next.clients).toBe(0);
  });
});
