import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { createRedisLog, type PublishOptions } from '../../src/index.ts';
import { createTestClock } from '../relay/test-clock.ts';
import { scriptedClient } from './scripted-client.ts';

const silent = scriptedClient(() => new Promise(() => undefined));

/** Lets what was published be sent. */
function sent(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

describe('a publish whose options are a mistake', () => {
  const mistakes = [
    ['a controller for its signal', { signal: new AbortController() }],
    ['a signal that nobody can listen to', { signal: { aborted: false, throwIfAborted: () => undefined } }],
    ['a bigint for its deadline', { timeoutMs: 5n }],
  ] as [string, object][];

  it.each(mistakes)('with %s, is the only one that fails', async (_, options) => {
    const log = createRedisLog({ client: scriptedClient(async () => 'aaaaaaaa 1'), namespace: 'options' });
    const published = [log.publish(['a'], options), log.publish(['b'])];
    await expect(published[0]).rejects.toThrow(TypeError);
    expect(await published[1]).toBe('aaaaaaaa-1');
    await log.close();
  });

  it.each(mistakes)('with %s, takes no deadline from others, and the log closes', async (_, options) => {
    const clock = createTestClock();
    const log = createRedisLog({ client: silent, namespace: 'options', timeoutMs: 100, clock });
    const published = [log.publish(['a'], options), log.publish(['b'])];
    await expect(published[0]).rejects.toThrow(TypeError);
    await sent();
    clock.advance(100);
    await expect(published[1]).rejects.toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT' });
    await log.close();
  });
});

describe('the options of a publish that their caller uses again', () => {
  it.each(['before it is sent', 'after that'])('keep its signal when they change %s', async (when) => {
    const leaving = new AbortController();
    const log = createRedisLog({ client: silent, namespace: 'options' });
    const options: { signal?: AbortSignal } = { signal: leaving.signal };
    const published = log.publish(['a'], options);
    if (when === 'after that') await sent();
    options.signal = new AbortController().signal;
    await sent();
    const reason = new Error('gone');
    leaving.abort(reason);
    await expect(published).rejects.toBe(reason);
    expect(getEventListeners(options.signal, 'abort')).toEqual([]);
    await log.close();
  });

  it('leave no listener on the signal that it had', async () => {
    const { signal } = new AbortController();
    let answer: ((reply: string) => void) | undefined;
    const client = scriptedClient(() => new Promise((resolve) => void (answer = resolve)));
    const log = createRedisLog({ client, namespace: 'options' });
    const options: { signal?: AbortSignal } = { signal };
    const published = log.publish(['a'], options);
    await sent();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    delete options.signal;
    answer!('aaaaaaaa 1');
    await published;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('keep its deadline', async () => {
    const clock = createTestClock();
    const log = createRedisLog({ client: silent, namespace: 'options', timeoutMs: 5000, clock });
    const options: { -readonly [Name in keyof PublishOptions]: PublishOptions[Name] } = { timeoutMs: 100 };
    const published = log.publish(['a'], options);
    options.timeoutMs = 1000;
    await sent();
    clock.advance(100);
    await expect(published).rejects.toThrow('within 100 ms');
    await log.close();
  });
});

it('is refused while more than 64 MiB wait for a Redis that says nothing, and so is a clear', async () => {
  const clock = createTestClock();
  const log = createRedisLog({ client: silent, namespace: 'options', timeoutMs: 100, clock });
  const waiting = log.publish(['x'.repeat(68_000_000)]);
  await sent();
  const refusal = { code: 'ERR_INVALIDATION_UNAVAILABLE', message: expect.stringContaining('68000512 bytes wait') };
  await expect(log.publish(['a'])).rejects.toMatchObject(refusal);
  await expect(log.clear()).rejects.toMatchObject(refusal);
  clock.advance(100);
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT' });
  await log.close();
});
