import { type RedisServer, startRedis } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createJournal, type Journal, type JournalOptions } from '../src/journal/journal.ts';
import { journalKeys, journalShardsKey } from '../src/journal/journal-keys.ts';
import { SEAL_JOURNAL } from '../src/lua/seal-journal.ts';
import type { Operation } from '../src/operation/operation.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks } from './read-journal.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let regions = 0;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

/** What an application may hand over, and what its caller is to hear. */
const kinds: Readonly<Record<string, { make(key: string): Operation; hears: string }>> = {
  store: { make: (key) => set(key, 'value'), hears: 'done' },
  delete: { make: (key) => del(key), hears: 'done' },
  versioned: { make: (key) => ({ ...set(key, 'value'), version: 7 }), hears: 'done' },
  'a key that is too long': { make: (key) => del(key.padEnd(251, '-')), hears: 'ERR_REPLICATION_BAD_OPERATION' },
  'no key': { make: () => del(''), hears: 'ERR_REPLICATION_BAD_OPERATION' },
  'bad flags': { make: (key) => ({ ...set(key, 1), flags: -1 }), hears: 'ERR_REPLICATION_BAD_OPERATION' },
  'too large': { make: (key) => set(key, 'x'.repeat(200_000)), hears: 'ERR_REPLICATION_OVERLOADED' },
  'nobody can say whether it has a version': { make: (key) => del(`odd-${key}`), hears: 'odd key' },
};
const names = fc.array(fc.constantFrom(...Object.keys(kinds)), { minLength: 2, maxLength: 30 });

function create(options: Partial<JournalOptions> = {}): { journal: Journal; region: string } {
  const region = `callers-${(regions += 1)}`;
  const isFor = (key: Buffer): boolean => {
    if (key.toString().startsWith('odd-')) throw new Error('odd key');
    return true;
  };
  const queue = { maxQueueBytes: 100_000, maxBlockOperations: 4, timeoutMs: 5000 };
  return { region, journal: createJournal({ client, region, shards: 1, versions: { isFor }, ...queue, ...options }) };
}

/** What the caller of each operation hears, all of them appended at once. */
async function append(journal: Journal, operations: readonly Operation[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(operations.map((operation) => journal.append(operation)));
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return 'done';
    const { code, message } = outcome.reason as Error & { code?: string };
    return code ?? message;
  });
}

it('tells each caller of its own operation alone, whatever the others are, and also when they go over to new shards', async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.boolean(), async (chosen, isSealed) => {
      const { journal, region } = create();
      await using _ = journal;
      await journal.append(del('first'));
      if (isSealed) {
        await client.set(journalShardsKey(region), '1@0 3@1');
        await SEAL_JOURNAL.run(client, [journalKeys(region, 0).meta], []);
      }
      const operations = chosen.map((name, n) => kinds[name]!.make(`key-${n}`));
      const heard = await append(journal, operations);
      expect(heard).toEqual(chosen.map((name) => kinds[name]!.hears));
      const shards = isSealed ? [1, 2, 3] : [0];
      const stored = await Promise.all(shards.map((shard) => readStoredBlocks(client, region, shard)));
      const keys = stored.flat().flatMap((block) => block.operations.map(({ key }) => key.toString()));
      const taken = operations.flatMap(({ key }, n) => (heard[n] === 'done' ? [key.toString()] : []));
      expect(keys.filter((key) => key !== 'first').toSorted()).toEqual(taken.toSorted());
    }),
    { numRuns: 40 },
  );
});

it('notes all keys for one whose class cannot be told, and takes its neighbours', async () => {
  const classOf = (key: Uint8Array): string => {
    const text = Buffer.from(key).toString();
    if (text === 'unclear') throw new Error('no class');
    return 'key-';
  };
  const { journal, region } = create({ classOf, maxStreamBytes: 400, maxDirtyBytes: 100 });
  await using _ = journal;
  for (let n = 0; journal.stats().tier !== 'classes'; n += 1) await journal.append(del(`key-${n}`));
  await expect(append(journal, [del('key-a'), del('unclear'), del('key-c')])).resolves.toEqual([
    'done',
    'done',
    'done',
  ]);
  expect(journal.stats().lastError?.message).toBe('no class');
  await expect(client.smembers(journalKeys(region, 0).classes)).resolves.toEqual(['']);
  await journal.append(del('key-d'));
  expect(journal.stats().lastError).toBeUndefined();
});
