import { describe, expect, it } from 'vitest';

import { createRelayFollowerSocket } from './raw-client.ts';
import { record } from '../recorder.ts';
import { setupRelays } from './relay-setup.ts';
import { createScriptedLog } from './scripted-log.ts';

const relays = setupRelays();

describe('a follower from now on', () => {
  it('starts where the log is, not where the relay is', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const { follower } = record(relays.behind(relay, log));
    await follower.ready;
    expect(log.syncs).toBe(1);
  });
});

describe('a follower that comes back to a relay', () => {
  it('hears what came after its position, from the relay itself', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    await behind.publish(['a']);
    const position = await behind.publish(['b']);
    await behind.publish(['c']);
    log.trim();
    const { follower, keys, resets } = record(behind, { from: position });
    await follower.ready;
    expect(keys).toEqual(['c']);
    expect(resets).toEqual([]);
    expect(follower.cursor).toBe('e1-3');
  });

  it('hears from the log what the relay does not have', async () => {
    const log = createScriptedLog();
    const before = [await log.publish(['a']), await log.publish(['b']), await log.publish(['c'])];
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    const fromFirst = record(behind, { from: before[0]! });
    const fromStart = record(behind, { from: '0-0' });
    await Promise.all([fromFirst.follower.ready, fromStart.follower.ready]);
    await behind.publish(['d']);
    await expect.poll(() => fromFirst.keys).toEqual(['b', 'c', 'd']);
    await expect.poll(() => fromStart.keys).toEqual(['a', 'b', 'c', 'd']);
    expect([...fromFirst.resets, ...fromStart.resets]).toEqual([]);
    expect(log.followers).toBe(1);
  });

  it('is reset where neither has it any more', async () => {
    const log = createScriptedLog();
    for (const key of ['a', 'b', 'c']) await log.publish([key]);
    log.trim();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    const { follower, keys, resets } = record(behind, { from: 'e1-1' });
    await follower.ready;
    await behind.publish(['d']);
    await expect.poll(() => keys).toEqual(['d']);
    expect(resets).toEqual(['trimmed']);
  });

  it.each([
    ['of another epoch', 'abc-1'],
    ['beyond the end of the log', 'e1-99'],
    ['of a log with more shards', 'e1-1,e1-1'],
  ])('is reset as lost from a position %s, once', async (_what, from) => {
    const log = createScriptedLog();
    await log.publish(['a']);
    const relay = await relays.relay(log);
    const { follower, keys, resets } = record(relays.behind(relay, log), { from });
    await follower.ready;
    expect(resets).toEqual(['lost']);
    expect(keys).toEqual([]);
    expect(follower.cursor).toBe('e1-1');
  });

  it('is not reset again by a reset that it has passed', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log);
    const behind = relays.behind(relay, log);
    const cleared = await behind.clear();
    await behind.publish(['a']);
    const { follower, keys, resets } = record(behind, { from: cleared });
    await follower.ready;
    expect(resets).toEqual([]);
    expect(keys).toEqual(['a']);
  });

  it('loses nothing over a relay that ends and another that starts, and hears nothing twice', async () => {
    const log = createScriptedLog();
    const first = await relays.relay(log);
    const behind = relays.behind(first, log);
    const { follower, keys, resets } = record(behind);
    await follower.ready;
    await behind.publish(['a']);
    await follower.caughtUpTo('e1-1');
    await first.close();
    await log.publish(['b']);
    await relays.relay(log, { path: first.path });
    await follower.caughtUpTo('e1-2');
    await behind.publish(['c']);
    await expect.poll(() => keys).toEqual(['a', 'b', 'c']);
    expect(resets).toEqual([]);
  });
});

describe('a follower that reads too slowly', () => {
  it('costs the relay what the ring may hold, and is reset when it has fallen out of it', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log, { maxEntries: 50 });
    const client = await createRelayFollowerSocket(relay.path, 'now');
    await client.message('start');
    client.pause();
    const large = 'x'.repeat(100_000);
    for (let i = 0; i < 200; i++) await log.publish([`${large}${i}`]);
    expect(relay.clients).toBe(1);
    client.send({ t: 'ping', n: 1, at: '0-0' });
    client.resume();
    const reset = await client.message('reset');
    expect(reset).toEqual({ t: 'reset', reason: 'trimmed', at: 'e1-200' });
    await log.publish(['after']);
    expect(await client.message('entry', ({ k }) => (k as string[])[0] === 'after')).toMatchObject({ m: ['e1', 201] });
    // The horizon is not told before what lies before it.
    await client.message('pong');
    const kinds = client.received.map(({ t }) => t);
    expect(kinds.indexOf('pong')).toBeGreaterThan(kinds.indexOf('reset'));
    const entries = client.received.filter(({ t }) => t === 'entry');
    const numbers = entries.map(({ m }) => (m as [string, number])[1]);
    // What it got before the reset had no gap either.
    expect(numbers.slice(0, -1)).toEqual(Array.from({ length: numbers.length - 1 }, (_, i) => i + 1));
    client.close();
  });

  it('is cut off when it says nothing for too long', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log, { clientTimeoutMs: 100 });
    const client = await createRelayFollowerSocket(relay.path, 'now');
    await expect.poll(() => relay.clients).toBe(0);
    await client.closed;
  });

  it('is cut off when it does not keep to the protocol, and the relay says so', async () => {
    const errors: Error[] = [];
    const log = createScriptedLog();
    const relay = await relays.relay(log, { onError: (error) => void errors.push(error) });
    const client = await createRelayFollowerSocket(relay.path, 'yesterday');
    await client.closed;
    expect(errors[0]?.message).toContain('got "yesterday"');
    expect(relay.clients).toBe(0);
  });

  it('is refused beyond the number of clients that the relay takes', async () => {
    const log = createScriptedLog();
    const relay = await relays.relay(log, { maxClients: 1 });
    const first = await createRelayFollowerSocket(relay.path, 'now');
    await first.message('start');
    const second = await createRelayFollowerSocket(relay.path, 'now');
    await second.closed;
    expect(relay.clients).toBe(1);
    first.close();
  });
});
