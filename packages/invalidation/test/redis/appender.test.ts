import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { scriptedClient } from './scripted-client.ts';

const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);
const UNAVAILABLE = { code: 'ERR_INVALIDATION_UNAVAILABLE' };

describe('an answer of the log', () => {
  it.each([
    [null],
    [undefined],
    ['OK'],
    ['QUEUED'],
    [5],
    [['aaaaaaaa', '1', 0]],
    ['aaaaaaaa'],
    ['aaaaaaaa 0'],
    ['aaaaaaaa 1.5'],
    ['x 1'],
  ] as [unknown][])('that makes no sense, as %j, confirms no publish', async (reply) => {
    const client = scriptedClient(async () => reply);
    const log = createRedisLog({ client, namespace: 'odd' });
    await expect(log.publish(['a'])).rejects.toMatchObject(UNAVAILABLE);
  });

  it.each([[null], ['OK'], [[]], [['aaaaaaaa', 0]], [['OK', 1]]] as [unknown][])(
    'that makes no sense, as %j, confirms no clear',
    async (reply) => {
      const log = createRedisLog({ client: scriptedClient(async () => reply), namespace: 'odd' });
      await expect(log.clear()).rejects.toMatchObject(UNAVAILABLE);
    },
  );

  it('that there are shared values, once more to one who sent them, confirms nothing and is not asked for again', async () => {
    let calls = 0;
    const client = scriptedClient(async () => (++calls > 5 ? 'aaaaaaaa 1 s' : ''));
    const log = createRedisLog({ client, namespace: 'odd' });
    await expect(log.publish(['a'])).rejects.toMatchObject(UNAVAILABLE);
    expect(calls).toBe(2);
  });
});

describe('the position of a publish', () => {
  it('is behind all of its entries, though the first landed after the second', async () => {
    let calls = 0;
    let sequence = 0;
    const client = scriptedClient(async (command) => {
      calls++;
      if (command === 'EVALSHA' && calls === 1) throw new Error('NOSCRIPT No matching script');
      return `aaaaaaaa ${++sequence}`;
    });
    const log = createRedisLog({ client, namespace: 'order' });
    expect(await log.publish(keys(1500))).toBe('aaaaaaaa-2');
    expect(calls).toBe(3);
  });

  it('is never before what was known of another shard, in whatever order answers are heard', async () => {
    const answers: ((reply: string) => void)[] = [];
    const client = scriptedClient(() => new Promise((resolve) => void answers.push(resolve)));
    const log = createRedisLog({ client, namespace: 'order', shards: 2 });
    const [here, there] = [0, 1].map((shard) => keys(4000).filter((key) => log.shardOf(key) === shard));
    const published = [log.publish(here!.slice(0, 1500))];
    await turn();
    published.push(log.publish(here!.slice(0, 1)));
    await turn();
    // That of two calls has one turn more to make.
    for (const [index, answer] of answers.entries()) answer(`aaaaaaaa ${index + 1}`);
    expect(await Promise.all(published)).toEqual(['aaaaaaaa-2,0-0', 'aaaaaaaa-3,0-0']);
    const last = log.publish(there!.slice(0, 1));
    await turn();
    answers.at(-1)!('bbbbbbbb 1');
    expect(await last).toBe('aaaaaaaa-3,bbbbbbbb-1');
  });
});
