import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { encodeBlock } from '../src/block/block-codec.ts';
import { createReceiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import type { Batch } from '../src/transport/batch.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;

beforeEach(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterEach(async () => {
  client.disconnect();
  await redis.close();
});

const clear: Batch = {
  ...batchOf(0, [set('a', 1)]),
  body: encodeBatchBody([
    encodeBlock({ producer: 'feedfeedfeedfeed', sequence: 1, operations: [], clears: [Buffer.from('a')] }),
  ]),
};

it.each([
  ['onApplied', batchOf(0, [set('a', 1)])],
  ['onAppliedPacked', batchOf(0, [set('a', 1)])],
  ['onCleared', clear],
])('%s that never settles holds a shard up no longer than its deadline', async (name, batch) => {
  const applier = new RecordingApplier();
  const west = (options: Partial<ReceiverOptions> = {}) =>
    createReceiver({ client, region: 'west', applier, applyTimeoutMs: 60, leaseMs: 300, ...options });
  let isHanging = true;
  const told = (): Promise<void> | undefined => (isHanging ? new Promise<void>(() => {}) : undefined);
  const one = west({ [name]: told });
  await expect(one.receive(batch)).rejects.toThrow(`${name} took more than 60 ms`);
  // Neither another receiver has to wait for it, nor the same one.
  await expect(west().receive(batch)).resolves.toMatchObject({ kind: 'applied' });
  isHanging = false;
  await expect
    .poll(() => one.receive(batchOf(1, [set('b', 1)])).catch(() => undefined))
    .toMatchObject({ kind: 'applied' });
  await one.close();
});
