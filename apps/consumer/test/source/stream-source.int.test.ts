import { type RedisServer, startFaultProxy, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createStreamSource, type StreamSourceOptions } from '../../src/source/stream/stream-source.ts';
import { bodiesOf, describeSource, open, readAll, type TestedQueue } from './source-behaviour.ts';

let server: RedisServer;
let client: Redis;
let missed: number[];
let queues = 0;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.port);
});
beforeEach(() => {
  missed = [];
});
afterAll(async () => {
  client.disconnect();
  await server.close();
});

function create(more: Partial<StreamSourceOptions> = {}): TestedQueue & { stream: string } {
  const stream = `s${++queues}`;
  const dead = `${stream}:dead`;
  return {
    stream,
    source: createStreamSource({
      client,
      queue: 'policies',
      stream,
      deadLetters: { stream: dead, max: 10 },
      window: 100,
      onMissed: (count) => missed.push(count),
      ...more,
    }),
    async write(bodies) {
      for (const body of bodies) await client.xadd(stream, '*', 'body', body);
    },
    async dead() {
      const entries = await client.xrange(dead, '-', '+');
      return entries.map(([, fields]) => fields[fields.indexOf('body') + 1]!);
    },
  };
}

describe('a stream as source', () => {
  describeSource(async () => create());

  it('refuses whatever somebody who was overtaken wants to note, and tells him', async () => {
    const { source, write, stream, dead } = create();
    await write(['1', '2']);
    const zombie = await open(source, 1);
    const [first, second] = await readAll(zombie.session, 2);
    const { session } = await open(source, 2);
    zombie.session.done([first!, second!]);
    await expect(zombie.session.settle()).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    expect(zombie.failures).toMatchObject([{ code: 'ERR_CONSUMER_STALE' }]);
    const burial = zombie.session.bury(first!, { reason: 'late', tries: 1 });
    await expect(burial).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    expect([await client.hget(`{${stream}}:consumer:policies`, 'cursor'), await dead()]).toEqual(['0-0', []]);
    expect(bodiesOf(await readAll(session, 2))).toEqual(['1', '2']);
    await Promise.all([zombie.session.close(), session.close()]);
  });

  it('suspects what the leader before may have begun, unless that one has ended in order', async () => {
    const { source, write, stream } = create({ window: 2 });
    await write(['1', '2', '3']);
    const first = await open(source, 1);
    await readAll(first.session, 2);
    const second = await open(source, 2);
    const messages = [...(await readAll(second.session, 2))];
    expect(messages.map((message) => second.session.triesOf(message).unfinished)).toEqual([1, 1]);
    second.session.done(messages);
    await second.session.settle();
    const [third] = await readAll(second.session, 1);
    expect(second.session.triesOf(third!).unfinished).toBe(0);
    await second.session.close();
    const last = await open(source, 3);
    const [again] = await readAll(last.session, 1);
    expect(last.session.triesOf(again!).unfinished).toBe(0);
    const late = first.session.note(messages[0]!, { refused: 1, unfinished: 0 });
    await expect(late).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    expect(await client.hgetall(`{${stream}}:consumer:policies:tries`)).toEqual({});
    await Promise.all([first.session.close(), last.session.close()]);
    expect(await client.hgetall(`{${stream}}:consumer:policies:reader`)).toEqual({ began: '3', left: '3' });
  });

  it('suspects it again where the leader before had an answer, and ended during the next attempt', async () => {
    const { source, write } = create({ window: 2 });
    await write(['1']);
    const first = await open(source, 1);
    await readAll(first.session, 1);
    const second = await open(source, 2);
    const [one] = await readAll(second.session, 1);
    await second.session.note(one!, { refused: 0, unfinished: 2 });
    await second.session.note(one!, { refused: 0, unfinished: 0 });
    expect(second.session.triesOf(one!).unfinished).toBe(0);
    const third = await open(source, 3);
    await readAll(third.session, 1);
    expect(third.session.triesOf(one!).unfinished).toBe(1);
    await Promise.all([first, second, third].map(({ session }) => session.close()));
  });

  it('strikes out the tries of what is behind the cursor', async () => {
    const { source, write, stream } = create();
    await write(['1']);
    const first = await open(source, 1);
    const messages = await readAll(first.session, 1);
    first.session.done(messages);
    await first.session.settle();
    // As a leader leaves it that died between the two.
    const key = `{${stream}}:consumer:policies:tries`;
    await client.hset(key, messages[0]!.id, '1 0');
    const second = await open(source, 2);
    await expect.poll(() => client.hgetall(key)).toEqual({});
    await Promise.all([first.session.close(), second.session.close()]);
  });

  it('removes what is done where it may, and keeps the rest', async () => {
    const { source, write, stream } = create({ trim: true });
    await write(['1', '2', '3', '4']);
    const { session } = await open(source, 1);
    const messages = await readAll(session, 4);
    session.done([messages[0]!, messages[1]!, messages[3]!]);
    await session.settle();
    // The last one of those that are done stays, as a mark.
    expect((await client.xrange(stream, '-', '+')).map(([, fields]) => fields[1])).toEqual(['2', '3', '4']);
    await session.close();
  });

  it('keeps one queue of a stream apart from another', async () => {
    const { source, write, stream } = create();
    const other = createStreamSource({
      client,
      queue: 'audit',
      stream,
      window: 100,
      deadLetters: { stream: 'x', max: 1 },
      onMissed: () => undefined,
    });
    await write(['1']);
    const [one, two] = [await open(source, 1), await open(other, 1)];
    expect(bodiesOf([...(await readAll(one.session, 1)), ...(await readAll(two.session, 1))])).toEqual(['1', '1']);
    await Promise.all([one.session.close(), two.session.close()]);
  });

  it('takes an entry without a body as a message of its fields', async () => {
    const { source, stream } = create();
    await client.xadd(stream, '*', 'policy', '7', 'state', 'signed');
    const { session } = await open(source, 1);
    const [message] = await readAll(session, 1);
    expect(message).toMatchObject({
      contentType: 'application/json',
      attributes: new Map([
        ['policy', '7'],
        ['state', 'signed'],
      ]),
    });
    expect(message!.body.toString()).toBe('{"policy":"7","state":"signed"}');
    expect(Math.abs(message!.writtenAtMs! - Date.now())).toBeLessThan(60_000);
    await session.close();
  });

  it('says how many entries were trimmed away before they were read, at its start and later', async () => {
    const { source, write, stream } = create();
    await write(['1', '2', '3', '4', '5']);
    const first = await open(source, 1);
    first.session.done(await readAll(first.session, 1));
    await first.session.settle();
    await first.session.close();
    await client.xtrim(stream, 'MAXLEN', 2);
    const second = await open(source, 2);
    expect(missed).toEqual([2]);
    expect(bodiesOf(await readAll(second.session, 2))).toEqual(['4', '5']);
    await write(['6', '7', '8']);
    await client.xtrim(stream, 'MAXLEN', 1);
    await second.session.backlog();
    expect(missed).toEqual([2]);
    // 4 and 5 were read before.
    for (const _look of [1, 2, 3]) await second.session.backlog();
    expect(missed).toEqual([2, 2]);
    await second.session.close();
  });

  it('reads no further ahead of what is not done than its window, however much of the rest is', async () => {
    const { source, write } = create({ window: 3 });
    await write(['1', '2', '3', '4']);
    const { session } = await open(source, 1);
    const [first, ...others] = await readAll(session, 3);
    session.done(others);
    expect(await session.read(100)).toEqual([]);
    session.done([first!]);
    expect(bodiesOf(await readAll(session, 1))).toEqual(['4']);
    await session.close();
  });

  it('knows a message as buried when its leader was overtaken right after that', async () => {
    const { source, write, dead } = create();
    await write(['warm', 'bad', 'good']);
    const first = await open(source, 1);
    const [warm, bad] = await readAll(first.session, 3);
    await first.session.bury(warm!, { reason: 'bad', tries: 1 });
    await first.session.settle();
    // On one connection, so that Redis takes them in this order, and the cursor after both.
    const burying = first.session.bury(bad!, { reason: 'bad', tries: 1 });
    const [second] = await Promise.all([open(source, 2), burying]);
    expect(bodiesOf(await readAll(second.session, 1))).toEqual(['good']);
    expect(await dead()).toEqual(['warm', 'bad']);
    await expect(first.session.settle()).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    await Promise.all([first.session.close(), second.session.close()]);
  });

  it('leaves nothing behind of what was buried, in whatever order, once the cursor has passed it', async () => {
    const { source, write, stream } = create();
    await write(['1', '2', '3', '4', '5', '6', '7']);
    const { session } = await open(source, 1);
    const messages = await readAll(session, 7);
    const bad = { reason: 'bad', tries: 1 };
    for (const at of [0, 1, 4, 3]) await session.bury(messages[at]!, bad);
    await session.settle();
    const key = `{${stream}}:consumer:policies:done`;
    expect((await client.smembers(key)).toSorted()).toEqual([messages[3]!.id, messages[4]!.id]);
    session.done([messages[2]!]);
    await session.bury(messages[5]!, bad);
    await session.settle();
    expect(await client.smembers(key)).toEqual([]);
    await session.close();
  });

  it('leaves nothing behind of a message that is delivered after all, since nobody heard that it was buried', async () => {
    await using link = await startFaultProxy({ to: server });
    const far = new Redis(link.port);
    const { source, write, stream } = create({ client: far, timeoutMs: 300 });
    await write(['1', '2']);
    const { session } = await open(source, 1);
    const messages = await readAll(session, 2);
    // Once, so that Redis has the script.
    await session.bury(messages[0]!, { reason: 'bad', tries: 1 });
    await session.settle();
    link.delay({ downMs: 60_000 });
    const burial = session.bury(messages[1]!, { reason: 'bad', tries: 1 });
    await expect(burial).rejects.toMatchObject({ code: 'ERR_CONSUMER_SOURCE' });
    await link.heal();
    session.done([messages[1]!]);
    await session.settle();
    expect(await client.smembers(`{${stream}}:consumer:policies:done`)).toEqual([]);
    await session.close();
    far.disconnect();
  });

  it('buries no more than there is room for', async () => {
    const { source, write, dead } = create({ deadLetters: { stream: 'full', max: 1 } });
    await write(['1', '2']);
    const { session } = await open(source, 1);
    const [first, second] = await readAll(session, 2);
    await session.bury(first!, { reason: 'bad', tries: 1 });
    const refused = session.bury(second!, { reason: 'bad', tries: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_CONSUMER_DEAD_LETTERS_FULL' });
    expect([await client.xlen('full'), await dead()]).toEqual([1, []]);
    await session.close();
  });

  it('tells Redis what was done when it is back, as long as the leadership holds', async () => {
    const { source, write, stream } = create({ timeoutMs: 200 });
    await write(['1']);
    const { session, failures } = await open(source, 1);
    const messages = await readAll(session, 1);
    await server.freeze();
    session.done(messages);
    await expect(session.backlog()).rejects.toMatchObject({ code: 'ERR_CONSUMER_SOURCE' });
    await server.thaw();
    await session.settle();
    expect([await client.hget(`{${stream}}:consumer:policies`, 'cursor'), failures]).toEqual([messages[0]!.id, []]);
    await session.close();
  });
});
