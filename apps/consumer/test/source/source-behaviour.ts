import { expect, it } from 'vitest';

import type { Message } from '../../src/source/message.ts';
import type { SessionTerms, Source, SourceSession } from '../../src/source/source.ts';

/** A queue of some kind, as the suite uses it. */
export interface TestedQueue {
  readonly source: Source;
  /** Appends messages with these bodies, in order. */
  readonly write: (bodies: readonly string[]) => Promise<void>;
  /** The bodies of the dead letters, the oldest first. */
  readonly dead: () => Promise<string[]>;
}

/** What every source promises. `create` makes a queue that nobody has used. */
export function describeSource(create: () => Promise<TestedQueue>): void {
  it('gives the messages in the order in which they were written', async () => {
    const { source, write } = await create();
    await write(['1', '2', '3']);
    const { session } = await open(source, 1);
    const messages = await readAll(session, 3);
    expect(messages.map(({ body }) => body.toString())).toEqual(['1', '2', '3']);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    await session.close();
  });

  it('gives no more than it is asked for, and the rest afterwards', async () => {
    const { source, write } = await create();
    await write(['1', '2', '3']);
    const { session } = await open(source, 1);
    await expect.poll(async () => (await session.backlog()).messages).toBe(3);
    const first = await session.read(2);
    expect(first.length).toBeLessThanOrEqual(2);
    expect(bodiesOf([...first, ...(await readAll(session, 3 - first.length))])).toEqual(['1', '2', '3']);
    await session.close();
  });

  it('gives what was not done to the next leader, with the same ids, before what follows', async () => {
    const { source, write } = await create();
    await write(['1', '2', '3', '4']);
    const first = await open(source, 1);
    const messages = await readAll(first.session, 3);
    // Out of order, as lanes are done.
    first.session.done([messages[2]!]);
    first.session.done([messages[0]!]);
    await first.session.settle();
    await first.session.close();
    const second = await open(source, 2);
    const rest = await readAll(second.session, 2);
    expect(bodiesOf(rest)).toEqual(['2', '4']);
    expect(rest[0]!.id).toBe(messages[1]!.id);
    second.session.done(rest);
    await second.session.settle();
    await expect.poll(async () => (await second.session.backlog()).messages).toBe(0);
    await second.session.close();
  });

  it('buries a message once, and never gives it again', async () => {
    const { source, write, dead } = await create();
    await write(['bad', 'good']);
    const first = await open(source, 1);
    const [bad] = await readAll(first.session, 2);
    await first.session.bury(bad!, { reason: 'the sink answered 422', tries: 3 });
    await first.session.settle();
    await first.session.close();
    const second = await open(source, 2);
    expect(bodiesOf(await readAll(second.session, 1))).toEqual(['good']);
    expect(await dead()).toEqual(['bad']);
    await second.session.close();
  });

  it('tells the next leader what attempts came to, until the message is done', async () => {
    const { source, write } = await create();
    await write(['1', '2', '3']);
    const first = await open(source, 1);
    const [one, two, three] = await readAll(first.session, 3);
    expect(first.session.triesOf(one!)).toEqual({ refused: 0, unfinished: 0 });
    await first.session.note(one!, { refused: 1, unfinished: 0 });
    await first.session.note(two!, { refused: 2, unfinished: 1 });
    first.session.done([one!]);
    await first.session.settle();
    await first.session.close();
    const second = await open(source, 2);
    const rest = await readAll(second.session, 2);
    expect(rest.map((message) => second.session.triesOf(message))).toEqual([
      { refused: 2, unfinished: 1 },
      { refused: 0, unfinished: 0 },
    ]);
    expect(rest[1]!.id).toBe(three!.id);
    await second.session.close();
  });

  it('waits for a message, and stops waiting when it is told to', async () => {
    const { source, write } = await create();
    const { session, stop } = await open(source, 1);
    const reading = session.read(10);
    await write(['late']);
    const messages = await reading;
    expect(bodiesOf(messages.length === 0 ? await readAll(session, 1) : messages)).toEqual(['late']);
    const waiting = session.read(10);
    stop();
    await expect(waiting).rejects.toThrow('stopped');
    await session.close();
  });

  it('does not let somebody in who was overtaken already', async () => {
    const { source } = await create();
    const { session } = await open(source, 5);
    await expect(open(source, 4)).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    await session.close();
  });

  it('closes twice without harm', async () => {
    const { source } = await create();
    const { session } = await open(source, 1);
    await Promise.all([session.close(), session.close()]);
    await expect(session.close()).resolves.toBeUndefined();
  });
}

/** Opens a session whose failures can be looked at. `troubles`: where what it tells before it is open goes, too. */
export async function open(
  source: Source,
  token: number,
  troubles: string[] = [],
): Promise<{ session: SourceSession; failures: Error[]; stop: () => void }> {
  const controller = new AbortController();
  const failures: Error[] = [];
  const terms: SessionTerms = {
    token,
    signal: controller.signal,
    onFailure: (error) => failures.push(error),
    onTrouble: (what) => troubles.push(what),
  };
  return { session: await source.open(terms), failures, stop: () => controller.abort(new Error('stopped')) };
}

/** Reads until there are so many. */
export async function readAll(session: SourceSession, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(...(await session.read(count - messages.length)));
  return messages;
}

/** The bodies as text. */
export function bodiesOf(messages: readonly Message[]): string[] {
  return messages.map(({ body }) => body.toString());
}
