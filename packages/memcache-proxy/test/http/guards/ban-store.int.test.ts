import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type BanStore, createMemoryBanStore, type StoredBans } from '../../../src/http/guards/ban-store.ts';
import { createFileBanStore } from '../../../src/http/guards/file-ban-store.ts';
import { createRedisBanStore } from '../../../src/http/guards/redis-ban-store.ts';

let server: RedisServer;
let client: Redis;
let directory: string;
let count = 0;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.port);
  directory = await mkdtemp(join(tmpdir(), 'lockstep-bans-'));
});
afterAll(async () => {
  client.disconnect();
  await server.close();
  await rm(directory, { recursive: true });
});

const lists = (...ban: string[]): { allow: []; ban: { range: string }[] } => ({
  allow: [],
  ban: ban.map((range) => ({ range })),
});
const freshPath = (): string => join(directory, `${(count += 1)}`, 'bans.json');

describe.each<[string, () => () => BanStore]>([
  [
    'memory',
    () => {
      const store = createMemoryBanStore();
      return () => store;
    },
  ],
  [
    'a file',
    () => {
      const path = freshPath();
      return () => createFileBanStore({ path });
    },
  ],
  [
    'Redis',
    () => {
      const key = `bans:${(count += 1)}`;
      return () => createRedisBanStore({ client, key });
    },
  ],
])('a store in %s', (_name, place) => {
  it('has nothing at first, then what was saved, under another version each time', async () => {
    const open = place();
    const store = open();
    expect(await store.load(undefined)).toBe(undefined);
    const first = (await store.save(lists('192.0.2.1/32'), undefined))!;
    expect(first).toMatchObject(lists('192.0.2.1/32'));
    expect(await store.load(undefined)).toEqual(first);
    expect(await open().load(undefined)).toEqual(first);
    const second = (await store.save(lists(), first.version))!;
    expect(second.version).not.toBe(first.version);
    expect(await store.load(first.version)).toEqual(second);
    expect(await store.load(second.version)).toBe('unchanged');
  });

  it('lets one of two writers win', async () => {
    const open = place();
    const [one, two] = [open(), open()];
    const both = await Promise.all([one.save(lists('::1/128'), undefined), two.save(lists('::2/128'), undefined)]);
    const winner = both.find((saved) => saved !== undefined)!;
    expect(both.filter((saved) => saved === undefined)).toHaveLength(1);
    expect(await one.save(lists(), undefined)).toBe(undefined);
    expect(await two.load(undefined)).toEqual(winner);
  });

  it('loses none of the changes that many writers make by turns', async () => {
    const open = place();
    const add = async (range: string): Promise<void> => {
      const store = open();
      for (;;) {
        const stored = (await store.load(undefined)) as StoredBans | undefined;
        const next = lists(...(stored?.ban ?? []).map((entry) => entry.range), range);
        if ((await store.save(next, stored?.version)) !== undefined) return;
      }
    };
    const ranges = Array.from({ length: 12 }, (_, index) => `192.0.2.${index}/32`);
    await Promise.all(ranges.map((range) => add(range)));
    const stored = (await open().load(undefined)) as StoredBans;
    expect(stored.ban.map(({ range }) => range).toSorted()).toEqual(ranges.toSorted());
  });
});

describe('a file', () => {
  it('is whole at every moment, and nothing else is left beside it', async () => {
    const path = freshPath();
    const store = createFileBanStore({ path });
    let saved = (await store.save(lists('::1/128'), undefined))!;
    const state = { isDone: false };
    const reader = (async () => {
      let reads = 0;
      for (; !state.isDone; reads += 1) JSON.parse(await readFile(path, 'utf8'));
      return reads;
    })();
    for (let index = 0; index < 30; index += 1) saved = (await store.save(lists(`::${index}/128`), saved.version))!;
    state.isDone = true;
    expect(await reader).toBeGreaterThan(0);
    expect(await readdir(join(path, '..'))).toEqual(['bans.json']);
  });

  it('takes over the lock of a writer that died, and not one that lives', async () => {
    const path = freshPath();
    const store = createFileBanStore({ path, staleLockMs: 60_000 });
    const saved = (await store.save(lists(), undefined))!;
    await writeFile(`${path}.lock`, '');
    const signal = AbortSignal.timeout(100);
    await expect(store.save(lists('::1/128'), saved.version, { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await utimes(`${path}.lock`, new Date(0), new Date(0));
    expect(await store.save(lists('::1/128'), saved.version)).toMatchObject(lists('::1/128'));
  });

  it('with something else in it is an error, not an empty list', async () => {
    const path = freshPath();
    const store = createFileBanStore({ path });
    await store.save(lists(), undefined);
    await writeFile(path, '{"version":"1"}');
    await expect(store.load(undefined)).rejects.toThrow('what the ban store has is not { version, allow, ban }');
    await writeFile(path, '');
    await expect(store.load(undefined)).rejects.toThrow('JSON');
  });
});
