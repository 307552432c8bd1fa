import { describe, expect, it } from 'vitest';

import { createJournal, type Journal, type JournalOptions } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks } from './read-journal.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const { dirty } = journalKeys('east', 0);
const value = 'x'.repeat(900);

/** A journal with room for about eight blocks of one such value. */
function createSmall({ eastClient: client }: TwoRegions, options: Partial<JournalOptions> = {}): Journal {
  return createJournal({ client, region: 'east', shards: 1, maxStreamBytes: 8 * 1024, timeoutMs: 500, ...options });
}

describe('a journal that nobody ships', () => {
  it('takes stores, then deletes in their place, then keys alone, within its bound', async () => {
    await using regions = await startTwoRegions();
    await using journal = createSmall(regions);
    const tiers: string[] = [];
    for (let n = 0; n < 120; n += 1) {
      await journal.append(set(`key-${n % 70}`, value));
      const { tier } = journal.stats();
      if (tiers.at(-1) !== tier) tiers.push(tier);
    }
    expect(tiers).toEqual(['log', 'deletes', 'keys']);
    const blocks = await readStoredBlocks(regions.eastClient, 'east');
    const kinds = blocks.flatMap((block) => block.operations.map(({ kind }) => kind));
    expect(kinds.slice(0, 5)).toEqual(['set', 'set', 'set', 'set', 'set']);
    expect(new Set(kinds.slice(5))).toEqual(new Set(['delete']));
    await expect(regions.eastClient.memory('USAGE', journalKeys('east', 0).stream)).resolves.toBeLessThan(16 * 1024);
    await expect(regions.eastClient.scard(dirty)).resolves.toBeGreaterThan(40);
  });

  it('refuses what does not fit among the keys either, keeps it, and says why', async () => {
    await using regions = await startTwoRegions();
    await using journal = createSmall(regions, { maxDirtyBytes: 3 * 70 });
    const outcomes = new Set<string>();
    for (let n = 0; n < 100 && journal.stats().tier !== 'refuse'; n += 1) {
      await journal.append(set(`key-${n}`, value)).catch((error: { code: string }) => outcomes.add(error.code));
    }
    expect([...outcomes]).toEqual(['ERR_REPLICATION_JOURNAL_TIMEOUT']);
    expect(journal.stats()).toMatchObject({
      tier: 'refuse',
      queuedOperations: 1,
      lastError: { code: 'ERR_REPLICATION_JOURNAL_FULL' },
    });
    await expect(regions.eastClient.scard(dirty)).resolves.toBe(3);
    regions.ship();
    await expect.poll(() => journal.stats().queuedOperations).toBe(0);
    const next = async (): Promise<string> => {
      await journal.append(del('next'));
      return journal.stats().tier;
    };
    await expect.poll(next).toBe('log');
  });

  it('is shipped and trimmed while Redis has no memory left, and takes writes again then', async () => {
    await using regions = await startTwoRegions();
    const { eastClient, journal } = regions;
    await regions.write(60);
    await eastClient.config('SET', 'maxmemory', '1');
    await expect(eastClient.set('x', '1')).rejects.toThrow('OOM');
    regions.ship();
    await expect.poll(() => eastClient.xlen(journalKeys('east', 0).stream)).toBe(1);
    const waiting = regions.write(10);
    await expect.poll(() => journal.stats().lastError?.message).toContain('OOM');
    await eastClient.config('SET', 'maxmemory', '0');
    await waiting;
    await regions.converge();
  });

  it('leaves no key stale once it is shipped again, and goes back to stores', async () => {
    await using regions = await startTwoRegions();
    await using journal = createSmall(regions);
    for (let n = 0; n < 100; n += 1) regions.applier.state.set(`key-${n}`, 'stale');
    for (let n = 0; n < 100; n += 1) await journal.append(set(`key-${n}`, value));
    expect(journal.stats().tier).toBe('keys');
    const shipper = regions.ship();
    await expect.poll(() => shipper.status()[0]?.dirtyKeys).toBeGreaterThan(20);
    const stale = (): number => [...regions.applier.state.values()].filter((held) => held === 'stale').length;
    await expect.poll(stale).toBe(0);
    await expect.poll(() => shipper.status()[0]).toMatchObject({ dirtyKeys: 0, heldBytes: 0, queuedOperations: 0 });
    await Promise.all([journal.append(set('new', 1)), journal.append(del('other'))]);
    await journal.append(set('new', 2));
    await expect.poll(() => regions.applier.state.get('new')).toBe('2');
    expect(journal.stats().tier).toBe('log');
  });

  it('notes classes where keys do not fit, and has them cleared in the order of their writes', async () => {
    await using regions = await startTwoRegions();
    const classOf = (key: Uint8Array): string => /^(page|user):/.exec(Buffer.from(key).toString())?.[0] ?? '';
    await using journal = createSmall(regions, { maxDirtyBytes: 200, classOf });
    const { state, cleared } = regions.applier;
    for (const key of ['user:1', 'user:2', 'user:in-no-write', 'other:1']) state.set(key, 'stale');
    const tiers: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      await journal.append(set(`user:${n}`, value));
      const { tier } = journal.stats();
      if (tiers.at(-1) !== tier) tiers.push(tier);
    }
    expect(tiers).toEqual(['log', 'deletes', 'keys', 'classes']);
    const { classes, meta } = journalKeys('east', 0);
    await expect(regions.eastClient.smembers(classes)).resolves.toEqual(['user:']);
    await expect(regions.eastClient.scard(dirty)).resolves.toBe(2);
    await expect(regions.eastClient.hmget(meta, 'dirtyBytes', 'classBytes')).resolves.toEqual(['142', '69']);
    const shipper = regions.ship();
    await expect.poll(() => cleared).toEqual(['user:']);
    await expect.poll(() => shipper.status()[0]).toMatchObject({ tier: 'log', dirtyKeys: 0, dirtyClasses: 0 });
    await expect.poll(() => [...state]).toEqual([['other:1', 'stale']]);
    await expect(regions.eastClient.hmget(meta, 'dirtyBytes', 'classBytes')).resolves.toEqual(['0', '0']);
    // The first block after a pause is told that there is room.
    await journal.append(del('user:0'));
    await journal.append(set('user:1', 'new'));
    await expect.poll(() => state.get('user:1')).toBe('new');
    expect([journal.stats().tier, regions.receiver.stats().clears]).toEqual(['log', 1]);
  });

  it('clears all keys where there are more classes than fit, or a class has another beginning than its key', async () => {
    await using regions = await startTwoRegions();
    await using many = createSmall(regions, { maxDirtyBytes: 1, classOf: (key) => key.subarray(0, 200) });
    const { classes } = journalKeys('east', 0);
    for (let n = 0; n < 100; n += 1) await many.append(set(`${n}`.padStart(200, '-'), value));
    await expect.poll(() => regions.eastClient.smembers(classes)).toEqual(['']);
    await regions.eastClient.del(classes);
    await using wrong = createSmall(regions, { maxDirtyBytes: 1, classOf: () => 'elsewhere:' });
    await wrong.append(set('k', value));
    await expect(regions.eastClient.smembers(classes)).resolves.toEqual(['']);
    regions.applier.state.set('k', 'stale');
    regions.ship();
    await expect.poll(() => regions.applier.cleared).toEqual(['']);
    expect(regions.applier.state.get('k')).toBeUndefined();
  });

  it('moves the cursor past a clear that takes longer than any exchange may, once it is done', async () => {
    await using regions = await startTwoRegions({ applyTimeoutMs: 150 });
    await using journal = createSmall(regions, { maxDirtyBytes: 1, classOf: () => 'k' });
    for (let n = 0; n < 60; n += 1) await journal.append(set(`k${n}`, value));
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { applier } = regions;
    applier.clear = async (prefixes) => {
      await held;
      applier.cleared.push(...prefixes.map(String));
    };
    const shipper = regions.ship({ timeoutMs: 100 });
    await expect.poll(() => shipper.status()[0]!.failures).toBeGreaterThan(2);
    // Longer than any batch may take to be applied.
    const until = performance.now() + 400;
    await expect.poll(() => performance.now() > until).toBe(true);
    release();
    await expect.poll(() => shipper.status()[0]).toMatchObject({ dirtyClasses: 0, queuedOperations: 0 });
    expect(applier.cleared).toEqual(['k']);
  });
});
