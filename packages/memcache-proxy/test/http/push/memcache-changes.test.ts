import { createMemoryLog, type FollowOptions } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { counted, keysOf, startChangesLab } from './changes-lab.ts';

type Resume = [query: string, headers: Record<string, string>];

describe('the stream of changes', () => {
  it('tells where it begins, and then each key in order with the id of its entry', async () => {
    const { log, open } = await startChangesLab();
    const client = await open();
    await expect.poll(() => client.events).toEqual([{ event: 'ready', id: expect.stringMatching(/^[0-9a-f]{8}-0$/) }]);
    const first = await log.publish(['a', 'b']);
    const second = await log.publish(['ключ "c"\n']);
    await expect
      .poll(() => client.events.slice(1))
      .toEqual([
        { event: 'invalidate', id: first, encoding: 'utf8', keys: ['a', 'b'] },
        { event: 'invalidate', id: second, encoding: 'utf8', keys: ['ключ "c"\n'] },
      ]);
    client.hangUp();
  });

  it('reads the log once for all clients', async () => {
    const log = counted(createMemoryLog());
    const { open } = await startChangesLab({}, log);
    const clients = await Promise.all(Array.from({ length: 20 }, () => open()));
    await expect.poll(() => clients.every((client) => client.of('ready').length === 1)).toBe(true);
    for (let number = 0; number < 50; number++) await log.publish([`k${number}`]);
    await expect.poll(() => clients.map((client) => keysOf(client).length)).toEqual(clients.map(() => 50));
    expect(log.followed()).toBe(1);
    for (const client of clients) client.hangUp();
  });

  it.each([
    [200, 50],
    [5000, 500],
  ])(
    'with a maxHorizonMs of %i asks the log every %i ms, often enough to stay in step',
    async (maxHorizonMs, every) => {
      const log = createMemoryLog();
      const asked: unknown[] = [];
      const watched = {
        ...log,
        follow: (options: FollowOptions) => {
          asked.push(options.heartbeatMs);
          return log.follow(options);
        },
      };
      const { open } = await startChangesLab({ maxHorizonMs }, watched);
      const client = await open();
      expect(asked).toEqual([every]);
      client.hangUp();
    },
  );

  it('tells only of keys with one of the prefixes, and moves the position of the client all the same', async () => {
    const { log, open } = await startChangesLab({ heartbeatMs: 20 });
    const client = await open('?prefix=user:&prefix=team:');
    await expect.poll(() => client.of('ready').length).toBe(1);
    await log.publish(['user:1', 'order:1', 'team:1']);
    const last = await log.publish(['order:2']);
    await expect.poll(() => client.text()).toContain(`: heartbeat\nid: ${last}\n\n`);
    expect(client.of('invalidate').map(({ keys }) => keys)).toEqual([['user:1', 'team:1']]);
    client.hangUp();
  });

  it.each([
    ['Last-Event-ID', (id: string): Resume => ['', { 'last-event-id': id }]],
    ['?after=', (id: string): Resume => [`?after=${id}`, {}]],
  ])('resumes after %s from the entries it has kept', async (_how, toRequest) => {
    const log = counted(createMemoryLog());
    const { open } = await startChangesLab({}, log);
    const early = await open();
    await expect.poll(() => early.of('ready').length).toBe(1);
    const first = await log.publish(['a']);
    await log.publish(['b']);
    const last = await log.publish(['c']);
    await expect.poll(() => keysOf(early)).toEqual(['a', 'b', 'c']);
    const client = await open(...toRequest(first));
    await expect.poll(() => client.events.at(-1)).toEqual({ event: 'ready', id: last });
    expect(keysOf(client)).toEqual(['b', 'c']);
    expect(log.followed()).toBe(1);
    early.hangUp();
    client.hangUp();
  });

  it('reads the log for one who was away for longer than it keeps, until he has caught up', async () => {
    const log = counted(createMemoryLog());
    const { open } = await startChangesLab({ maxEntries: 10 }, log);
    const early = await open();
    await expect.poll(() => early.of('ready').length).toBe(1);
    const ids: string[] = [];
    for (let number = 0; number < 100; number++) ids.push(await log.publish([`k${number}`]));
    await expect.poll(() => keysOf(early).length).toBe(100);
    const client = await open(`?after=${ids[4]}`);
    await expect.poll(() => keysOf(client).length).toBe(95);
    await log.publish(['more']);
    await expect
      .poll(() => keysOf(client))
      .toEqual([...Array.from({ length: 95 }, (_, index) => `k${index + 5}`), 'more']);
    expect(client.of('reset')).toEqual([]);
    expect(log.followed()).toBeLessThanOrEqual(3);
    early.hangUp();
    client.hangUp();
  });

  it('resets one whose entries the log has trimmed, and goes on from there', async () => {
    const { log, open } = await startChangesLab({ maxEntries: 2 }, createMemoryLog({ maxEntries: 5 }));
    const early = await open();
    await expect.poll(() => early.of('ready').length).toBe(1);
    const first = await log.publish(['k']);
    let last = first;
    for (let number = 0; number < 20; number++) last = await log.publish([`k${number}`]);
    const client = await open(`?after=${first}`);
    await expect
      .poll(() => client.events)
      .toEqual([
        { event: 'reset', id: last, reason: 'trimmed' },
        { event: 'ready', id: last },
      ]);
    await log.publish(['next']);
    await expect.poll(() => keysOf(client)).toEqual(['next']);
    early.hangUp();
    client.hangUp();
  });

  it('resets one whose cursor this log never had', async () => {
    const { log, open } = await startChangesLab();
    const early = await open();
    await expect.poll(() => early.of('ready').length).toBe(1);
    await log.publish(['a']);
    await expect.poll(() => keysOf(early)).toEqual(['a']);
    const client = await open('?after=18446744073709551615-1');
    await expect.poll(() => client.of('reset').map(({ reason }) => reason)).toEqual(['lost']);
    early.hangUp();
    client.hangUp();
  });

  it('tells tags to those who hear all keys', async () => {
    const { log, open } = await startChangesLab();
    const clients = [await open(), await open('?prefix=user:')];
    await expect.poll(() => clients.every((client) => client.of('ready').length === 1)).toBe(true);
    await log.publish([], { tags: ['org:7'] });
    await log.publish(['user:1'], { tags: ['org:8'] });
    await expect.poll(() => clients.map((client) => keysOf(client))).toEqual([['user:1'], ['user:1']]);
    expect(clients.map((client) => client.of('invalidate').map(({ tags }) => tags))).toEqual([
      [['org:7'], ['org:8']],
      [undefined],
    ]);
    for (const client of clients) client.hangUp();
  });

  it('resets all clients when the namespace is cleared, also those that come back later', async () => {
    const { log, open } = await startChangesLab();
    const staying = await open();
    await expect.poll(() => staying.of('ready').length).toBe(1);
    const before = await log.publish(['a']);
    await expect.poll(() => keysOf(staying)).toEqual(['a']);
    const cleared = await log.clear();
    await expect.poll(() => staying.of('reset')).toEqual([{ event: 'reset', id: cleared, reason: 'cleared' }]);
    await log.publish(['b']);
    const returning = await open('', { 'last-event-id': before });
    await expect.poll(() => returning.of('reset').map(({ reason }) => reason)).toEqual(['cleared']);
    await log.publish(['c']);
    await expect.poll(() => [keysOf(staying), keysOf(returning)]).toEqual([['a', 'b', 'c'], ['c']]);
    staying.hangUp();
    returning.hangUp();
  });

  it.each([
    ['/v1/changes?after=yesterday', {}, 400, 'ERR_MEMCACHE_PROXY_BAD_CURSOR'],
    ['/v1/changes?after=18446744073709551616-0-0', {}, 400, 'ERR_MEMCACHE_PROXY_BAD_CURSOR'],
    ['/v1/changes', { 'last-event-id': '1-0 XX' }, 400, 'ERR_MEMCACHE_PROXY_BAD_CURSOR'],
    [`/v1/changes?prefix=${'x'.repeat(251)}`, {}, 400, 'ERR_MEMCACHE_PROXY_BAD_PREFIX'],
    [`/v1/changes?${'prefix=a&'.repeat(101)}`, {}, 400, 'ERR_MEMCACHE_PROXY_BAD_PREFIX'],
    ['/v1/changes', { accept: 'text/html' }, 406, 'ERR_MEMCACHE_PROXY_NOT_ACCEPTABLE'],
  ])('refuses what it cannot read (%#)', async (url, headers, status, code) => {
    const { app } = await startChangesLab();
    const reply = await app.inject({ url, headers });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code]);
  });

  it('tells all clients the end when the server closes', async () => {
    const { app, log, open } = await startChangesLab();
    const clients = await Promise.all(Array.from({ length: 200 }, () => open()));
    await expect.poll(() => clients.every((client) => client.of('ready').length === 1)).toBe(true);
    const id = await log.publish(['a']);
    await expect.poll(() => clients.every((client) => keysOf(client).length === 1)).toBe(true);
    await app.close();
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(clients.map(() => true));
    expect(clients[199]!.events.at(-1)).toEqual({ event: 'end', id, reason: 'shutdown' });
  });
});
