import { systemClock } from '@lockstep/core';
import { type RedisServer, startFaultProxy, startRedis } from '@lockstep/testing';
import { type ChannelModel, connect } from 'amqplib';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDeadLetters } from '../../src/dead-letters/dead-letters.ts';
import { createAmqpSource } from '../../src/source/amqp/amqp-source.ts';
import { freePort } from '../fixtures/free-port.ts';
import { hasRabbitMq, type RabbitMq, startRabbitMq } from '../fixtures/rabbitmq.ts';
import { startApp, startTakingSink, topologyText } from '../fixtures/started-consumer.ts';
import { bodiesOf, describeSource, open, readAll, type TestedQueue } from './source-behaviour.ts';

let broker: RabbitMq;
let redis: RedisServer;
let client: Redis;
let writer: ChannelModel;
let queues = 0;

async function create(url: string = broker.url): Promise<TestedQueue & { queue: string }> {
  const queue = `q${++queues}`;
  const stream = `${queue}:dead`;
  const channel = await writer.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true });
  return {
    queue,
    source: createAmqpSource({
      broker: { url, heartbeatSeconds: 1 },
      queue,
      window: 10,
      deadLetters: createDeadLetters({ client, queue, stream, max: 10, timeoutMs: 2000, clock: systemClock }),
    }),
    async write(bodies) {
      for (const [at, body] of bodies.entries()) {
        channel.sendToQueue(queue, Buffer.from(body), { messageId: `${queue}-${body}-${at}`, headers: { policy: 7 } });
      }
      await channel.waitForConfirms();
    },
    async dead() {
      const entries = await client.xrange(stream, '-', '+');
      return entries.map(([, fields]) => fields[fields.indexOf('body') + 1]!);
    },
  };
}

describe.skipIf(!hasRabbitMq)('a queue of RabbitMQ as source (skipped where RabbitMQ is not installed)', () => {
  beforeAll(async () => {
    [broker, redis] = await Promise.all([startRabbitMq(), startRedis()]);
    client = new Redis(redis.port);
    writer = await connect(broker.url);
  }, 90_000);
  afterAll(async () => {
    await writer.close();
    client.disconnect();
    await Promise.all([broker[Symbol.asyncDispose](), redis.close()]);
  });

  describeSource(create);

  it('reads what an AMQP message carries', async () => {
    const { source, write } = await create();
    await write(['1']);
    const { session } = await open(source, 1);
    const [message] = await readAll(session, 1);
    expect(message!.attributes.get('policy')).toBe('7');
    expect(message!.attributes.get('routing-key')).toMatch(/^q\d+$/);
    await session.close();
  });

  it('lets nobody in while another one is attached, and loses nothing of what that one had', async () => {
    const { source, write } = await create();
    await write(['1', '2', '3']);
    const first = await open(source, 1);
    await readAll(first.session, 2);
    let isIn = false;
    const second = open(source, 2).finally(() => (isIn = true));
    // It has been refused at least once by then.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isIn).toBe(false);
    await first.session.close();
    const { session } = await second;
    expect(bodiesOf(await readAll(session, 3))).toEqual(['1', '2', '3']);
    await session.close();
  });

  it('rejects where its user may not read the queue, and says which, instead of waiting for ever', async () => {
    const { queue, source } = await create(broker.strangerUrl);
    const troubles: string[] = [];
    await expect(open(source, 1, troubles)).rejects.toMatchObject({
      code: 'ERR_CONSUMER_SOURCE',
      message: expect.stringMatching(new RegExp(`^the queue "${queue}" of the broker: .*refused for user 'stranger'`)),
    });
    expect(troubles).toEqual([]);
  });

  it('tells once that somebody else has consumed the queue for longer than three heartbeats, and goes on when he is gone', async () => {
    const { queue, source, write } = await create();
    await write(['1']);
    const foreign = await writer.createChannel();
    await foreign.consume(queue, () => undefined);
    const troubles: string[] = [];
    const from = performance.now();
    const opening = open(source, 1, troubles);
    const told = `somebody else has consumed the queue "${queue}" for 3 s: this leader waits for its end`;
    await expect.poll(() => troubles, { timeout: 15_000 }).toEqual([told]);
    expect(performance.now() - from).toBeGreaterThan(2999);
    // Time for several more refusals.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await foreign.close();
    const { session } = await opening;
    expect(bodiesOf(await readAll(session, 1))).toEqual(['1']);
    expect(troubles).toEqual([told]);
    await session.close();
  });

  it('throws out a leader that stands still, and gives its messages their old places', async () => {
    await using link = await startFaultProxy({ to: broker.url.slice('amqp://'.length) });
    const { source, write, queue } = await create();
    const frozen = createAmqpSource({
      broker: { url: `amqp://127.0.0.1:${link.port}`, heartbeatSeconds: 1 },
      queue,
      window: 10,
      deadLetters: createDeadLetters({
        client,
        queue,
        stream: `${queue}:dead`,
        max: 1,
        timeoutMs: 2000,
        clock: systemClock,
      }),
    });
    await write(['1', '2', '3']);
    const zombie = await open(frozen, 1);
    const [first] = await readAll(zombie.session, 2);
    link.halfOpen();
    // What it does now reaches nobody.
    zombie.session.done([first!]);
    const { session } = await open(source, 2);
    const messages = await readAll(session, 3);
    expect(bodiesOf(messages)).toEqual(['1', '2', '3']);
    // It was not heard of any more: it may have died of one of them.
    expect(messages.map((message) => session.triesOf(message).unfinished)).toEqual([1, 1, 1]);
    await expect.poll(() => zombie.failures, { timeout: 15_000 }).toMatchObject([{ code: 'ERR_CONSUMER_SOURCE' }]);
    await Promise.all([zombie.session.close(), session.close()]);
  });

  it('tells when the queue is deleted under it, or is not there', async () => {
    const { source, queue } = await create();
    const { session, failures } = await open(source, 1);
    const channel = await writer.createChannel();
    await channel.deleteQueue(queue);
    await expect.poll(() => failures).toMatchObject([{ code: 'ERR_CONSUMER_SOURCE' }]);
    await expect(open(source, 2)).rejects.toMatchObject({ code: 'ERR_CONSUMER_SOURCE' });
    await session.close();
  });

  it('feeds the whole app: two of them, in order, while the one at work is closed in the middle', async () => {
    await using sink = await startTakingSink();
    const { queue, write } = await create();
    const bodies = Array.from({ length: 300 }, (_, index) => String(index));
    const source = `{ amqp: "${broker.url}", queue: ${queue} }`;
    const start = async () => startApp(topologyText(redis.url, sink.url, await freePort(), source));
    const apps = [await start(), await start()];
    try {
      await write(bodies);
      await expect.poll(() => sink.bodies.length, { interval: 1 }).toBeGreaterThan(20);
      // Whichever leads: its messages in hand are done, and the others go to the next in their old order.
      await apps[0]![Symbol.asyncDispose]();
      await expect.poll(() => sink.bodies.length).toBe(bodies.length);
      expect(sink.bodies).toEqual(bodies);
      apps.push(await start());
      await apps[1]![Symbol.asyncDispose]();
      await write(['last']);
      await expect.poll(() => sink.bodies).toEqual([...bodies, 'last']);
    } finally {
      await Promise.all(apps.map((app) => app[Symbol.asyncDispose]()));
    }
  });
});
