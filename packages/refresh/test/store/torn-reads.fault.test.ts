import { expect, it } from 'vitest';

import { put } from '../../src/conformance/store-case.ts';
import type { Part, Shape } from '../../src/store/content.ts';
import type { EntryStore, StoredEntry } from '../../src/store/entry-store.ts';
import { elementsOf, generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';

/** LOCKSTEP_TORN_SECONDS hammers longer. */
const seconds = Number(process.env['LOCKSTEP_TORN_SECONDS'] ?? 1);
const SIZE = 5000;

const redis = setupRedis();

/** What is wrong with an entry of which every element, its ticket and its validator say the generation. */
function flawOf(entry: StoredEntry, part: Part): string | undefined {
  const elements = elementsOf(entry).flatMap((text) => text.match(/\d+:\d+:some more bytes/g) ?? []);
  const wanted = part.kind === 'whole' ? SIZE : part.kind === 'element' ? 1 : part.limit;
  if (elements.length !== wanted) return `${elements.length} elements instead of ${wanted}`;
  const first = part.kind === 'page' ? part.offset : part.kind === 'element' ? Number(part.id) : 0;
  const expected = elements.map((_, index) => `${entry.ticket}:${first + index}:some more bytes`);
  if (elements.some((text, index) => text !== expected[index])) return 'elements of another generation, or elsewhere';
  return entry.validator === String(entry.ticket) ? undefined : `the validator of ${entry.validator}`;
}

/** How often the second writer gets into the way of the first, in replacements of the first. */
const RIVAL_EVERY = 3;

it.for(['hash', 'list', 'zset', 'value'] as const)(
  'reads of a %s are of exactly one generation while two writers replace it',
  { timeout: (seconds + 60) * 1000 },
  async (shape: Shape) => {
    const until = performance.now() + seconds * 1000;
    const generations = new Set<number>();
    const flaws: string[] = [];
    const isOver = (): boolean => flaws.length > 0 || (performance.now() >= until && generations.size > 3);
    let [ticket, stored, superseded] = [1, 0, 0];
    await put(redis.open(), 'k', ticket, generationOf(shape, SIZE, 1), { validator: '1' });
    const write = async (store: EntryStore): Promise<void> => {
      const mine = ++ticket;
      const begun = await store.begin('k', mine);
      const content = generationOf(shape, SIZE, mine);
      const load = { ticket: mine, content, ttlMs: 60_000, staleForMs: 0, validator: String(mine) };
      if (begun !== undefined && (await store.replace('k', load)) === 'stored') stored++;
      else superseded++;
    };
    const steady = async (store: EntryStore): Promise<void> => {
      while (!isOver()) await write(store);
    };
    const rival = async (store: EntryStore): Promise<void> => {
      for (let next = 0; !isOver(); next = stored + RIVAL_EVERY) {
        const isTime = (): boolean => stored >= next || isOver();
        while (!isTime()) await new Promise((resolve) => setTimeout(resolve, 1));
        await write(store);
      }
    };
    const read = async (store: EntryStore, part: Part): Promise<void> => {
      for (let newest = 0; !isOver();) {
        const entry = await store.read('k', shape, part);
        const flaw = entry === undefined ? 'nothing is stored' : flawOf(entry, part);
        if (flaw !== undefined) flaws.push(flaw);
        if (entry === undefined) return;
        if (entry.ticket < newest) flaws.push('an older one than before');
        newest = entry.ticket;
        generations.add(newest);
      }
    };
    const page: Part = { kind: 'page', offset: 2400, limit: 300 };
    const parts: Part[] = shape === 'value' ? [] : [page];
    if (shape === 'hash') parts.push({ kind: 'element', id: '4999' });
    const readers = [{ kind: 'whole' } as const, ...parts].map((part) => read(redis.open(), part));
    await Promise.all([steady(redis.open()), rival(redis.open()), ...readers]);
    expect(flaws.slice(0, 5)).toEqual([]);
    expect(stored).toBeGreaterThan(2);
    expect(superseded).toBeGreaterThan(0);
  },
);
