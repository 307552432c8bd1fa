import { setTimeout as pause } from 'node:timers/promises';

import { startRedis } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { encodeBlock } from '../src/block/block-codec.ts';
import { createReceiver, type Receiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

const producer = '00000000000000aa';

async function startWest() {
  const server = await startRedis({ appendonly: true });
  const client = connectRedis(server.port);
  const applier = new RecordingApplier();
  const told: string[] = [];
  const create = (delayMs: number, more: Partial<ReceiverOptions> = {}): Receiver =>
    createReceiver({
      client,
      region: 'west',
      applier,
      timeoutMs: 500,
      onApplied: (operations) => void told.push(...operations.map(({ key }) => key.toString())),
      secondDelete: { delayMs, isFor: (key) => !key.toString().startsWith('own:'), maxBytes: 200 },
      ...more,
    });
  let at = 0;
  const send = async (receiver: Receiver, ...keys: string[]): Promise<string> => {
    const operations = keys.map((key) => (key.startsWith('set:') ? set(key, 1) : del(key)));
    const body = encodeBatchBody([encodeBlock({ producer, sequence: at + 1, operations })]);
    const [prev, last] = [`${at}-0`, `${at + 1}-0`];
    const { kind } = await receiver.receive({ source: 'east', shard: 0, prev, first: last, last, body });
    at += 1;
    return kind;
  };
  return {
    client,
    server,
    applier,
    told,
    create,
    send,
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await server.close();
    },
  };
}

it('deletes a key again after the delay, and tells of it, though a reader has stored an old value meanwhile', async () => {
  await using west = await startWest();
  await using receiver = west.create(1000);
  const began = performance.now();
  await west.send(receiver, 'user:1', 'own:1', 'set:1');
  west.applier.state.set('user:1', 'from a replica that was behind').set('own:1', 'kept');
  await expect.poll(() => west.applier.state.get('user:1')).toBeUndefined();
  expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
  expect([...west.applier.state]).toEqual([
    ['set:1', '1'],
    ['own:1', 'kept'],
  ]);
  await expect.poll(() => receiver.stats().secondDeletes).toBe(1);
  expect(west.told).toEqual(['user:1', 'own:1', 'set:1', 'user:1']);
  await expect.poll(() => west.client.exists('{lockstep:replication:west}:second:bytes')).toBe(0);
});

it('does so after the process that noted it has gone, and goes on when deletes fail at first', async () => {
  await using west = await startWest();
  const first = west.create(1);
  west.applier.before = () => {
    if (west.applier.batches > 0) throw new Error('the pool is away');
  };
  await west.send(first, 'user:1');
  west.applier.state.set('user:1', 'old');
  await first.close();
  await west.server.kill();
  await west.server.restart();
  await using second = west.create(1);
  second.start();
  await expect.poll(() => west.client.xlen('{lockstep:replication:west}:second')).toBe(1);
  expect(west.applier.state.get('user:1')).toBe('old');
  west.applier.before = () => {};
  await expect.poll(() => west.applier.state.get('user:1')).toBeUndefined();
});

it('takes no more than its bound, and the batch comes again', async () => {
  await using west = await startWest();
  await using receiver = west.create(1500);
  await west.send(receiver, 'a'.repeat(150));
  await expect(west.send(receiver, 'b')).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
  await expect.poll(() => receiver.stats().secondDeletes).toBe(1);
  await expect.poll(() => west.send(receiver, 'b')).toBe('applied');
});

it('lets only one of two receivers look after them, and passes over what can never be deleted', async () => {
  await using west = await startWest();
  const { applier } = west;
  const refusal = new Error('such a key is not allowed');
  Object.assign(applier, { isRefusal: (error: unknown) => error === refusal });
  await using one = west.create(600);
  await using two = west.create(600);
  await west.send(one, 'user:1', 'bad');
  const plain = applier.applyBatch.bind(applier);
  let attempts = 0;
  applier.applyBatch = async (operations) => {
    if (operations.length > 1) attempts += 1;
    // Long enough for the other one to look as well.
    await pause(250);
    if (operations.some(({ key }) => key.toString() === 'bad')) throw refusal;
    await plain(operations);
  };
  two.start();
  applier.state.set('user:1', 'old');
  await expect.poll(() => one.stats().secondDeletes + two.stats().secondDeletes).toBe(2);
  expect(applier.state.get('user:1')).toBeUndefined();
  expect(attempts).toBe(1);
});

it('lets the next process look after them as soon as it is closed, and only who looks after them does so', async () => {
  await using west = await startWest();
  const [first, second] = [west.create(60_000), west.create(60_000)];
  const holder = (): Promise<string | null> => west.client.get('{lockstep:replication:west}:second:holder');
  first.start();
  await expect.poll(holder).not.toBeNull();
  const before = await holder();
  second.start();
  await second.close();
  await expect(holder()).resolves.toBe(before);
  await first.close();
  await expect(holder()).resolves.toBeNull();
});
