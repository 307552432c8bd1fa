import { startFaultProxy, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog, type InvalidationLog } from '../src/index.ts';
import { record } from './recorder.ts';

function connect(port: number): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

/** A Redis of its own, a follower behind a fault proxy, and a log that publishes around it. */
async function start(appendonly: boolean) {
  const server = await startRedis({ appendonly });
  const proxy = await startFaultProxy({ to: server });
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
  });
  const direct = connect(server.port);
  const log = createRedisLog({ client: direct, namespace: 'restart' });
  const distant = createRedisLog({ client: connect(proxy.port), namespace: 'restart', timeoutMs: 300 });
  const heard = record(distant);
  onTestFinished(async () => {
    await distant.close();
    await log.close();
  });
  await heard.follower.ready;
  return { server, proxy, direct, log, heard };
}

/** Publishes until the log takes it, as a caller that means it does. */
async function publishUntilTaken(log: InvalidationLog, key: string): Promise<void> {
  await expect.poll(() => log.publish([key]).then(Boolean, () => false)).toBe(true);
}

describe('a follower whose Redis restarts', () => {
  it.each([
    ['with its data', true],
    ['without its data', false],
  ])('%s is reset as lost and hears what comes next', async (_how, keepData) => {
    const { server, log, heard } = await start(true);
    await log.publish(['before']);
    await expect.poll(() => heard.keys).toEqual(['before']);
    await server.kill();
    await server.restart({ keepData });
    await expect.poll(() => heard.resets).toEqual(['lost']);
    await publishUntilTaken(log, 'after');
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
    expect(heard.resets).toEqual(['lost']);
  });

  it('is reset when an entry that it had not heard was lost, though newer ones came', async () => {
    const { server, proxy, direct, log, heard } = await start(false);
    await log.publish(['before']);
    await expect.poll(() => heard.keys).toEqual(['before']);
    await direct.call('SAVE');
    await proxy.refuse();
    proxy.cut();
    await log.publish(['acknowledged and lost']);
    await server.kill();
    await server.restart({ keepData: true });
    // The ids are in order again and the count fits: only the process is another one.
    await publishUntilTaken(log, 'newer');
    await proxy.heal();
    await expect.poll(() => heard.resets).toEqual(['lost']);
    expect(heard.keys).not.toContain('acknowledged and lost');
  });
});
