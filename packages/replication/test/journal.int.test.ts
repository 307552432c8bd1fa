import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeBlock } from '../src/block/block-codec.ts';
import { createJournal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { APPEND_BLOCK } from '../src/lua/append-block.ts';
import { shardOf } from '../src/operation/shard-of.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks, readValues } from './read-journal.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let regions = 0;
const nextRegion = (): string => `region-${(regions += 1)}`;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

describe('createJournal', () => {
  it('packs the operations of one turn into one entry, in order', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 1, region });
    await Promise.all([journal.append(set('a', 1)), journal.append(del('b')), journal.append(set('a', 2))]);
    const blocks = await readStoredBlocks(client, region);
    expect(blocks).toEqual([
      expect.objectContaining({ sequence: 1, before: 0, operations: [set('a', 1), del('b'), set('a', 2)] }),
    ]);
    expect(journal.stats()).toMatchObject({
      queuedOperations: 0,
      queuedBytes: 0,
      appendedOperations: 3,
      appendedBlocks: 1,
    });
  });

  it('packs together what comes while a block is on its way, up to the limit', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 1, region, maxBlockOperations: 10 });
    const all = Array.from({ length: 35 }, (_, n) => journal.append(set('k', n)));
    await Promise.all(all);
    const blocks = await readStoredBlocks(client, region);
    expect(blocks.map((block) => block.operations.length)).toEqual([10, 10, 10, 5]);
    expect(blocks.map((block) => block.before)).toEqual([0, 10, 20, 30]);
  });

  it('copies an operation, so that its buffers may be used again at once', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 1, region });
    const operation = set('key', 'before');
    const appended = journal.append(operation);
    operation.value.fill(0);
    await appended;
    await expect(readValues(client, region)).resolves.toEqual(['before']);
  });

  it('keeps the order of each of many producers and counts all operations', async () => {
    const region = nextRegion();
    const journals = Array.from({ length: 5 }, () =>
      createJournal({ client, shards: 1, region, maxBlockOperations: 7 }),
    );
    await Promise.all(
      journals.map(async (journal, producer) => {
        for (let n = 0; n < 100; n += 4) {
          await Promise.all([0, 1, 2, 3].map((more) => journal.append(set(`p${producer}`, n + more))));
        }
      }),
    );
    await Promise.all(journals.map((journal) => journal.close()));
    const blocks = await readStoredBlocks(client, region);
    let before = 0;
    const values = new Map<string, string[]>();
    for (const block of blocks) {
      expect(block.before).toBe(before);
      before += block.operations.length;
      for (const operation of block.operations) {
        const key = operation.key.toString();
        values.set(key, [...(values.get(key) ?? []), (operation as { value: Buffer }).value.toString()]);
      }
    }
    expect(values.size).toBe(5);
    for (const seen of values.values()) expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
  });

  it('does not append a block again when a copy of it, or of an earlier one, arrives', async () => {
    const { stream, meta, producer } = journalKeys(nextRegion(), 0);
    const id = 'feedfeedfeedfeed';
    const send = (sequence: number): Promise<unknown> => {
      const block = encodeBlock({ producer: id, sequence, operations: [set('k', sequence)] });
      return APPEND_BLOCK.run(client, [stream, producer(id), meta], [block, sequence, 1, 60_000, 1e9, '0']);
    };
    await expect(send(1)).resolves.toEqual(['appended', 0, expect.any(Number)]);
    await expect(send(2)).resolves.toEqual(['appended', 1, expect.any(Number)]);
    await expect(send(2)).resolves.toEqual(['known', 2, expect.any(Number)]);
    await expect(send(1)).resolves.toEqual(['known', 2, expect.any(Number)]);
    await expect(send(4)).resolves.toEqual(['gap', 2, expect.any(Number)]);
    await expect(client.xlen(stream)).resolves.toBe(2);
    await expect(client.hget(meta, 'operations')).resolves.toBe('2');
  });

  it('spreads keys over its shards, each key over one, and takes as much as all of them', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 4, region });
    const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
    await Promise.all([...keys, ...keys].map((key, n) => journal.append(set(key, n))));
    for (let shard = 0; shard < 4; shard += 1) {
      const operations = (await readStoredBlocks(client, region, shard)).flatMap((block) => block.operations);
      expect(operations.length).toBeGreaterThan(4);
      for (const { key } of operations) expect(shardOf(key, 4)).toBe(shard);
      const values = operations.map((operation) => Number((operation as { value: Buffer }).value));
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    expect(journal.stats()).toMatchObject({ appendedOperations: 80, queuedOperations: 0, tier: 'log' });
  });

  it('writes nothing where the journal has another number of shards, and says so', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 4, region });
    await journal.append(set('k', 1));
    await using other = createJournal({ client, shards: 8, region, timeoutMs: 100, closeTimeoutMs: 1 });
    await expect(other.append(set('k', 2))).rejects.toMatchObject({
      code: 'ERR_REPLICATION_JOURNAL_TIMEOUT',
      cause: { code: 'ERR_REPLICATION_SHARDS', message: expect.stringMatching(/has 4 shards, and 8 were asked for/) },
    });
    const blocks = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((shard) => readStoredBlocks(client, region, shard)));
    expect(blocks.flat()).toHaveLength(1);
  });

  it('refuses an operation that no block can carry, and takes the next', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 1, region });
    await expect(journal.append(del(''))).rejects.toMatchObject({ code: 'ERR_REPLICATION_BAD_OPERATION' });
    await journal.append(set('k', 'good'));
    await expect(readValues(client, region)).resolves.toEqual(['good']);
  });

  it('refuses a value that no receiver would take, and takes the largest one that all take', async () => {
    const region = nextRegion();
    await using journal = createJournal({ client, shards: 1, region, timeoutMs: 10_000 });
    const most = 8 * 1024 * 1024;
    await expect(journal.append(set('k', 'x'.repeat(most + 1)))).rejects.toMatchObject({
      code: 'ERR_REPLICATION_BAD_OPERATION',
      message: `operation refused: value must be at most ${most} bytes, got ${most + 1}; a delete of its key can travel`,
    });
    await journal.append(set('k', 'x'.repeat(most)));
    const [value = ''] = await readValues(client, region);
    expect(value.length).toBe(most);
  });

  it('appends what is queued before it closes, and takes nothing after that', async () => {
    const region = nextRegion();
    const journal = createJournal({ client, shards: 1, region });
    const appended = journal.append(set('k', 'last'));
    await Promise.all([journal.close(), journal.close()]);
    await appended;
    await expect(journal.append(set('k', 'late'))).rejects.toMatchObject({ code: 'ERR_REPLICATION_CLOSED' });
    await expect(readValues(client, region)).resolves.toEqual(['last']);
  });

  it.each([
    [{ region: 'a b' }, /region must be 1 to 64 letters.*got "a b"/],
    [{ maxBlockOperations: 0 }, /maxBlockOperations must be a positive whole number, got 0/],
    [{ maxBlockOperations: 70_000 }, /maxBlockOperations must be at most 65535/],
    [{ maxQueueBytes: -1 }, /maxQueueBytes/],
    [{ timeoutMs: 0.5 }, /timeoutMs/],
  ])('refuses %j and names the option', (options, message) => {
    expect(() => createJournal({ client, shards: 1, region: 'east', ...options })).toThrow(message);
  });
});
