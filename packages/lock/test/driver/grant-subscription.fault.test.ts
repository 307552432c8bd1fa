import { startFaultProxy } from '@lockstep/testing';
import { expect, it, vi } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo } from './conformance/process.ts';
import { setupRedis } from './redis-setup.ts';

const redis = setupRedis();

it('hears grants again after the connection in place of a lost one was accepted and never answered', async () => {
  await using deaf = await startFaultProxy({ to: redis.server });
  deaf.halfOpen();
  const client = redis.connect();
  const errors: Error[] = [];
  await using a = listenTo(createRedisLockDriver({ client, onError: (error) => void errors.push(error) }));
  await using b = listenTo(createRedisLockDriver({ client: redis.connect() }));
  const key = redis.name();
  const holder = await b.hold(key);
  const waiting = await a.wait(key);
  a.driver.setWaiting(1);
  const before = a.reconnects();
  vi.spyOn(client, 'duplicate').mockImplementationOnce(() => redis.connect(deaf.port));
  await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await vi.waitFor(() => expect(deaf.connections).toBe(1), 5000);
  await vi.waitFor(() => expect(a.reconnects()).toBeGreaterThan(before), 15_000);
  expect(errors).toContainEqual(expect.objectContaining({ message: 'Redis did not answer within 5000 ms' }));
  await a.ask(key, { owner: waiting, mode: 'queue' });
  await b.driver.release(key, holder, BOUND);
  await vi.waitFor(() => expect(a.grants.map(({ owner }) => owner)).toEqual([waiting]), 5000);
}, 30_000);
