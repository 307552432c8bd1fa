import { type RedisServer, startRedis } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createJournal, type Journal } from '../src/journal/journal.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { readValues } from './read-journal.ts';

const synced = { appendonly: true, config: { appendfsync: 'always' } } as const;

type Client = ReturnType<typeof connectRedis>;

function create(client: Client): Journal {
  return createJournal({
    client,
    shards: 1,
    region: 'east',
    timeoutMs: 300,
    closeTimeoutMs: 100,
    durability: 'always',
  });
}

/** Why an operation was not confirmed; `confirmed` when it was. */
async function appendTo(journal: Journal, value: number): Promise<unknown> {
  return journal.append(set('key', value)).then(
    () => 'confirmed',
    (error: Error) => [(error as { code?: unknown }).code, (error.cause as { code?: unknown } | undefined)?.code],
  );
}

async function withRedis(
  options: Parameters<typeof startRedis>[0],
  use: (client: Client, redis: RedisServer) => Promise<void>,
): Promise<void> {
  await using redis = await startRedis(options);
  using client = connectRedis(redis.port);
  await use(client, redis);
}

const refused = ['ERR_REPLICATION_JOURNAL_TIMEOUT', 'ERR_REPLICATION_DURABILITY'];

it('confirms nothing and appends nothing while Redis does not sync each write, and goes on when it does', async () => {
  await withRedis({ config: { appendfsync: 'everysec' } }, async (client) => {
    await using journal = create(client);
    await expect.poll(() => appendTo(journal, 1), { timeout: 15_000 }).toEqual(refused);
    await expect(readValues(client, 'east')).resolves.toEqual([]);
    expect(journal.stats().lastError?.message).toBe(
      'Redis does not sync each write: appendonly is no, not yes; appendfsync is everysec, not always',
    );
    await client.call('CONFIG', 'SET', 'appendfsync', 'always');
    await client.call('CONFIG', 'SET', 'appendonly', 'yes');
    await expect.poll(() => journal.stats().queuedOperations, { timeout: 15_000 }).toBe(0);
    await expect.poll(() => appendTo(journal, 2), { timeout: 15_000 }).toBe('confirmed');
    expect((await readValues(client, 'east'))[0]?.toString()).toBe('1');
  });
});

it.each([
  ['appendfsync', 'everysec'],
  ['no-appendfsync-on-rewrite', 'yes'],
])('notices that %s has become %s', async (name, value) => {
  await withRedis(synced, async (client) => {
    await using journal = create(client);
    await expect.poll(() => appendTo(journal, 1), { timeout: 15_000 }).toBe('confirmed');
    await client.call('CONFIG', 'SET', name, value);
    await expect.poll(() => appendTo(journal, 2), { timeout: 15_000 }).toEqual(refused);
    expect(journal.stats().lastError?.message).toContain(`${name} is ${value}, not`);
  });
});

it('says so when Redis does not let its settings be read, and does not ask for them otherwise', async () => {
  await withRedis(synced, async (client) => {
    await client.call('ACL', 'SETUSER', 'default', '-config');
    await using journal = create(client);
    await expect.poll(() => appendTo(journal, 1), { timeout: 15_000 }).toEqual(refused);
    expect(journal.stats().lastError?.message).toMatch(
      /^Redis does not tell whether it syncs each write: CONFIG GET is forbidden \(NOPERM/,
    );
    await using other = createJournal({ client, shards: 1, region: 'west', timeoutMs: 30_000 });
    await expect(appendTo(other, 1)).resolves.toBe('confirmed');
  });
});

it('refuses a durability that there is not', () => {
  const open = (): Journal => createJournal({ client: {} as Client, region: 'east', durability: 'fsync' as 'always' });
  expect(open).toThrow('durability must be redis or always, got fsync');
});
