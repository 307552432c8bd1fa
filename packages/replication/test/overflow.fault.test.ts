import { describe, expect, it } from 'vitest';

import { createJournal, type Journal } from '../src/journal.ts';
import { journalKeys } from '../src/journal-keys.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks } from './read-journal.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const { dirty } = journalKeys('east', 0);
const value = 'x'.repeat(900);

/** A journal with room for about eight blocks of one such value. */
function createSmall({ eastClient: client }: TwoRegions, options: { maxDirtyKeys?: number } = {}): Journal {
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
    await using journal = createSmall(regions, { maxDirtyKeys: 3 });
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
});
