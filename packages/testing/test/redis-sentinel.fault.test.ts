import { describe, expect, it } from 'vitest';

import { attachReplica, detachReplica, replicationState } from '../src/redis-replication.ts';
import { startRedisSentinel } from '../src/redis-sentinel.ts';
import { redis } from './redis-client.ts';

describe('startRedisSentinel', () => {
  it('starts a master that its sentinels name, and hands it over when asked', async () => {
    await using group = await startRedisSentinel();
    const [first, replica] = group.nodes;
    expect(await group.master()).toBe(first);
    expect(await group.replicas()).toEqual([replica]);
    expect(group.sentinels).toHaveLength(3);
    expect(await redis(first!.port, 'SET k v')).toBe('+OK\r\n');
    await expect.poll(() => redis(replica!.port, 'GET k')).toBe('$1\r\nv\r\n');
    expect(await group.failover()).toBe(replica);
    expect(await group.master()).toBe(replica);
    expect(await redis(replica!.port, 'GET k')).toBe('$1\r\nv\r\n');
  }, 60_000);

  it('promotes a replica when the master is killed, and keeps a sentinel that was restarted informed', async () => {
    await using group = await startRedisSentinel({ replicas: 2, name: 'other' });
    const [old] = group.nodes;
    const promoted = await group.failover({ by: 'kill' });
    expect(promoted).not.toBe(old);
    expect(await redis(promoted.port, 'SET k v')).toBe('+OK\r\n');
    await group.sentinels[0]!.restart();
    await expect
      .poll(() => redis(group.sentinels[0]!.port, 'SENTINEL MASTER other'), { timeout: 10_000 })
      .toContain(`\r\n${promoted.port}\r\n`);
  }, 60_000);

  it('promotes a replica that lags when the master is frozen, and what only the master had is lost', async () => {
    await using group = await startRedisSentinel();
    const [old, replica] = group.nodes;
    expect(await redis(old!.port, 'SET k before')).toBe('+OK\r\n');
    await expect.poll(() => redis(replica!.port, 'GET k')).toBe('$6\r\nbefore\r\n');
    await detachReplica(replica!);
    await expect.poll(async () => (await replicationState(replica!.port)).isLinkUp).toBe(false);
    expect(await redis(old!.port, 'SET k after')).toBe('+OK\r\n');
    expect(await group.failover({ by: 'freeze' })).toBe(replica);
    await attachReplica(replica!);
    expect(await redis(replica!.port, 'GET k')).toBe('$6\r\nbefore\r\n');
    await old!.thaw();
    await expect.poll(() => redis(old!.port, 'GET k'), { timeout: 30_000 }).toBe('$6\r\nbefore\r\n');
  }, 90_000);

  it.each([
    [{ replicas: 0 }, 'replicas must be at least 1, got 0'],
    [{ sentinels: 0 }, 'sentinels must be at least 1, got 0'],
    [{ downAfterMs: 1 }, 'downAfterMs must be at least 100, got 1'],
    [{ timeoutMs: 0 }, 'timeoutMs must be positive, got 0'],
    [{ name: 'a b' }, 'name must be of letters, digits, dots and dashes, got "a b"'],
  ])('refuses %j and names the option', async (options, message) => {
    await expect(startRedisSentinel(options)).rejects.toThrow(message);
  });

  it('leaves nothing running after close', async () => {
    const group = await startRedisSentinel();
    const pids = [...group.nodes, ...group.sentinels].map(({ pid }) => pid);
    await Promise.all([group.close(), group.close()]);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 60_000);
});
