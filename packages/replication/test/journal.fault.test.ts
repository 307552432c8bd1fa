import { setImmediate as nextTurn } from 'node:timers/promises';

import { startFaultProxy, startRedis } from '@lockstep/testing';
import { describe, expect, it, vi } from 'vitest';

import { createJournal, type Journal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { readStoredBlocks, readValues } from './read-journal.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

/** Appends 0 to count - 1, a few at a time, and calls `fault` after each few. Callers that are told "not yet" go on. */
async function appendUnderFaults(
  journal: Journal,
  count: number,
  fault: (n: number) => Promise<void> | void,
): Promise<void> {
  const codes = new Set<string>();
  for (let n = 0; n < count; n += 5) {
    const appended = Promise.allSettled([0, 1, 2, 3, 4].map((more) => journal.append(set('key', n + more))));
    await fault(n);
    for (const outcome of await appended) {
      if (outcome.status === 'rejected') codes.add((outcome.reason as { code: string }).code);
    }
  }
  codes.delete('ERR_REPLICATION_JOURNAL_TIMEOUT');
  expect([...codes]).toEqual([]);
  await expect.poll(() => journal.stats().queuedOperations, { timeout: 15_000 }).toBe(0);
}

describe('a journal under faults', () => {
  it('appends once what Redis confirmed too late', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ to: redis });
    using direct = connectRedis(redis.port);
    using client = connectRedis(proxy.port);
    await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 150 });
    // The first one connects as well, which may take longer than is waited for.
    await Promise.allSettled([journal.append(set('key', 0))]);
    await expect.poll(() => journal.stats().queuedOperations).toBe(0);

    proxy.delay({ downMs: 600 });
    await expect(journal.append(set('key', 1))).rejects.toMatchObject({ code: 'ERR_REPLICATION_JOURNAL_TIMEOUT' });
    await expect(readValues(direct, 'east')).resolves.toEqual(['0', '1']);
    await expect.poll(() => journal.stats().failedAttempts).toBeGreaterThan(0);
    await proxy.heal();
    await journal.append(set('key', 2));
    await expect(readValues(direct, 'east')).resolves.toEqual(['0', '1', '2']);
  });

  it('loses, doubles and reorders nothing when its connection is cut and reset again and again', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ to: redis });
    using direct = connectRedis(redis.port);
    using client = connectRedis(proxy.port);
    await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 300 });
    const { stream } = journalKeys('east', 0);
    proxy.delay({ downMs: 20 });
    const blockIsStored = async (): Promise<void> => {
      const confirmed = journal.stats().appendedBlocks;
      await vi.waitUntil(async () => (await direct.xlen(stream)) > confirmed, { interval: 1, timeout: 5000 });
    };
    await appendUnderFaults(journal, 200, async (n) => {
      if (n % 2 === 0) {
        // Its confirmation is still on the way back, and gets lost.
        await blockIsStored();
        proxy.cut();
      } else {
        await nextTurn();
        proxy.reset();
      }
    });
    await expect(readValues(direct, 'east')).resolves.toEqual(numbers(200));
  });

  it('appends in order after a time in which Redis was frozen', async () => {
    await using redis = await startRedis();
    using client = connectRedis(redis.port);
    await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 150 });
    await appendUnderFaults(journal, 60, async (n) => {
      if (n % 20 !== 10) return;
      const before = journal.stats().failedAttempts;
      await redis.freeze();
      await expect.poll(() => journal.stats().failedAttempts).toBeGreaterThan(before);
      await redis.thaw();
    });
    await expect(readValues(client, 'east')).resolves.toEqual(numbers(60));
  });

  it('loses, doubles and reorders nothing when Redis with an append-only file is killed and comes back', async () => {
    await using redis = await startRedis({ appendonly: true });
    using client = connectRedis(redis.port);
    await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 500 });
    await appendUnderFaults(journal, 100, async (n) => {
      if (n % 25 !== 5) return;
      await redis.kill();
      await redis.restart();
    });
    await expect(readValues(client, 'east')).resolves.toEqual(numbers(100));
    const blocks = await readStoredBlocks(client, 'east');
    expect(blocks.map((block) => block.sequence)).toEqual(blocks.map((_, index) => index + 1));
    expect(journal.stats().lostBlocks).toBe(0);
  });

  it('keeps what timed out in its place, refuses beyond its bound, and appends it all when Redis is back', async () => {
    await using redis = await startRedis({ appendonly: true });
    using client = connectRedis(redis.port);
    await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 100, maxQueueBytes: 2000 });
    await journal.append(set('key', 0));
    await redis.kill();
    await expect(journal.append(set('key', 1))).rejects.toMatchObject({ code: 'ERR_REPLICATION_JOURNAL_TIMEOUT' });
    await expect(journal.append(set('key', 'x'.repeat(1500)))).rejects.toMatchObject({
      code: 'ERR_REPLICATION_OVERLOADED',
    });
    await expect(journal.append(set('key', 2))).rejects.toMatchObject({ code: 'ERR_REPLICATION_JOURNAL_TIMEOUT' });
    expect(journal.stats()).toMatchObject({ queuedOperations: 2, queuedBytes: 2 * (23 + 720) });
    await redis.restart();
    await expect.poll(() => journal.stats().queuedOperations, { timeout: 10_000 }).toBe(0);
    await expect(readValues(client, 'east')).resolves.toEqual(['0', '1', '2']);
  });

  it('closes in bounded time while Redis is away, and tells whoever still waits', async () => {
    await using redis = await startRedis();
    using client = connectRedis(redis.port);
    const journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 5000, closeTimeoutMs: 100 });
    await journal.append(set('key', 0));
    await redis.kill();
    const [waiting] = await Promise.allSettled([journal.append(set('key', 1)), journal.close()]);
    expect(waiting).toMatchObject({ reason: { code: 'ERR_REPLICATION_CLOSED' } });
    expect(journal.stats().queuedOperations).toBe(0);
  });
});
