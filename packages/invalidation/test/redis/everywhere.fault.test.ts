import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog, type RedisLog } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis, stateOf, streamOf } from '../redis-setup.ts';

const redis = setupRedis();
const LEASE_MS = 400;

function openLog(namespace: string, port?: number): RedisLog {
  const log = createRedisLog({ client: redis.connect(port), namespace, timeoutMs: 200, maxLeaseMs: LEASE_MS });
  onTestFinished(() => log.close());
  return log;
}

/** A publisher beside the fault, and a follower with a lease behind a proxy. */
async function start() {
  const proxy = await startFaultProxy({ to: redis.server });
  onTestFinished(() => proxy.close());
  const namespace = redis.namespace();
  const log = openLog(namespace);
  const distant = openLog(namespace, proxy.port);
  const heard = record(distant, { leaseMs: LEASE_MS, heartbeatMs: 50 });
  await heard.follower.ready;
  // A log that has just begun waits for whom it may have forgotten.
  await log.publish(['first'], { everywhere: true });
  return { proxy, namespace, log, distant, heard, mayServe: () => heard.follower.horizonAgeMs() < LEASE_MS };
}

const rowsOf = async (namespace: string) =>
  (await redis.connect().hkeys(stateOf(namespace))).filter((name) => name.startsWith('f:'));

async function startProcess(namespace: string): Promise<ChildProcess> {
  const script = new URL('held-follower.mjs', import.meta.url);
  const child = fork(script, [String(redis.server.port), namespace, String(LEASE_MS)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function ask(child: ChildProcess): Promise<{ keys: string[]; horizonAgeMs: number }> {
  child.send('?');
  return (await once(child, 'message'))[0] as { keys: string[]; horizonAgeMs: number };
}

describe('a publish everywhere', () => {
  it('waits for one that is cut off until it can serve nothing any more', async () => {
    const { proxy, log, heard, mayServe } = await start();
    proxy.halfOpen();
    expect(mayServe()).toBe(true);
    await log.publish(['a'], { everywhere: true });
    expect([mayServe(), heard.keys]).toEqual([false, ['first']]);
    await proxy.heal();
    await expect.poll(() => heard.keys).toEqual(['first', 'a']);
    await expect.poll(mayServe).toBe(true);
  });

  it('does not wait twice for one that is dead', async () => {
    const { proxy, namespace, log, heard } = await start();
    proxy.halfOpen();
    await log.publish(['a'], { everywhere: true });
    expect(await rowsOf(namespace)).toEqual([]);
    await log.publish(['b'], { everywhere: true, timeoutMs: LEASE_MS / 2 });
    // It was not dead, and counts again from its first word on.
    await proxy.heal();
    await expect.poll(() => heard.keys).toEqual(['first', 'a', 'b']);
    expect(await rowsOf(namespace)).toHaveLength(1);
  });

  it('rejects with the position where the time is too short, and the log has it', async () => {
    const { proxy, log, heard } = await start();
    proxy.halfOpen();
    const error = await log.publish(['a'], { everywhere: true, timeoutMs: 100 }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT', position: expect.stringMatching(/-2$/) });
    await proxy.heal();
    await heard.follower.caughtUpTo((error as { position: string }).position);
    expect(heard.keys).toEqual(['first', 'a']);
  });

  it('ends with the reason of its signal', async () => {
    const { proxy, log } = await start();
    proxy.halfOpen();
    const controller = new AbortController();
    const published = log.publish(['a'], { everywhere: true, signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(published).rejects.toThrow('enough');
  });

  it('waits for those that a log which was flushed no longer knows of', async () => {
    const { proxy, log, mayServe } = await start();
    proxy.halfOpen();
    await redis.connect().flushall();
    expect(mayServe()).toBe(true);
    await log.publish(['a'], { everywhere: true });
    expect(mayServe()).toBe(false);
  });

  it('waits for those that a Redis without its data no longer knows of', async () => {
    const { proxy, log, mayServe } = await start();
    proxy.halfOpen();
    await redis.server.kill();
    await redis.server.restart({ keepData: false });
    await expect.poll(() => log.publish(['a'], { everywhere: true }).then(Boolean, () => false)).toBe(true);
    expect(mayServe()).toBe(false);
  });

  it('is sure by time alone when Redis is gone once it has the entry', async () => {
    const { proxy, log, mayServe } = await start();
    proxy.halfOpen();
    const published = log.publish(['a'], { everywhere: true });
    await expect.poll(() => redis.connect().xlen(streamOf(log.namespace))).toBe(2);
    await redis.server.freeze();
    try {
      await published;
      expect(mayServe()).toBe(false);
    } finally {
      await redis.server.thaw();
    }
  });

  it('waits for a process that is stopped, which then serves nothing when it goes on', async () => {
    const namespace = redis.namespace();
    const log = openLog(namespace);
    const child = await startProcess(namespace);
    await log.publish(['first'], { everywhere: true });
    expect((await ask(child)).keys).toEqual(['first']);
    child.kill('SIGSTOP');
    const startedAt = performance.now();
    await log.publish(['a'], { everywhere: true });
    expect(performance.now() - startedAt).toBeGreaterThan(LEASE_MS - 150);
    child.send('?');
    const said = once(child, 'message');
    child.kill('SIGCONT');
    const [{ horizonAgeMs, keys }] = (await said) as [{ keys: string[]; horizonAgeMs: number }];
    // Either it has not heard the key and knows that it is too old, or it has.
    expect(keys.includes('a') || horizonAgeMs > LEASE_MS).toBe(true);
    await expect.poll(async () => (await ask(child)).keys).toEqual(['first', 'a']);
  });

  it('goes at once while all followers answer', async () => {
    const { log, namespace } = await start();
    const others = Array.from({ length: 5 }, () => record(openLog(namespace), { leaseMs: LEASE_MS }));
    await Promise.all(others.map(({ follower }) => follower.ready));
    for (let i = 0; i < 20; i++) {
      await log.publish([`k${i}`], { everywhere: true, timeoutMs: LEASE_MS / 2 });
      for (const { keys } of others) expect(keys.at(-1)).toBe(`k${i}`);
    }
  });
});
