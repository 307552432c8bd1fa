import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

import { Consumers } from './consumers.ts';

const tries = 3;

it('buries a message that kills whoever delivers it, and goes on with the next', async () => {
  await using redis = await startRedis();
  const delivered: string[] = [];
  let onDeadly: () => void = () => undefined;
  // The sink answers nothing to a message that is about to kill its sender.
  const sink = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      delivered.push(body);
      if (body === 'deadly') onDeadly();
      else response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const client = new Redis(redis.port);
  try {
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;
    await using consumers = await Consumers.start(redis, url, { count: tries + 1, leaseMs: 500, tries });
    for (let killed = 0; killed < tries; killed++) {
      const leader = killed === 0 ? await consumers.leader() : undefined;
      const deadly = new Promise<void>((resolve) => (onDeadly = resolve));
      if (killed === 0) for (const body of ['1', 'deadly', '2']) await client.xadd('policies', '*', 'body', body);
      await deadly;
      const victim = leader ?? (await consumers.leader());
      victim.role.child.kill('SIGKILL');
      await victim.role.exited;
    }
    await expect.poll(() => delivered, { timeout: 20_000 }).toContain('2');
    expect([...new Set(delivered)]).toEqual(['1', 'deadly', '2']);
    expect(delivered.filter((body) => body === 'deadly')).toHaveLength(tries);
    const dead = await client.xrange('policies:dead', '-', '+');
    expect(dead.map(([, fields]) => fields)).toEqual([expect.arrayContaining(['deadly', 'lockstep-tries', '3'])]);
  } finally {
    client.disconnect();
    sink.close();
    sink.closeAllConnections();
  }
}, 60_000);
