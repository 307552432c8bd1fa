import { setTimeout as wait } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { seeded } from './seeded.ts';
import { set } from './operations.ts';
import type { Writer } from './two-writers.ts';
import { pass, settle, startSettled, valueOf } from './versioned-writers.ts';

const KEYS = 12;
/** Timers are late on a busy machine. */
const MAX_WRITE_MS = 400;

async function writeOne(writer: Writer, key: string, { version, ms }: { version: number; ms: number }): Promise<void> {
  await wait(ms / 2);
  writer.applier.state.set(key, String(version));
  await wait(ms / 2);
  await writer.journal.append({ ...set(key, version), version });
}

/** Others by LOCKSTEP_VERSION_SEEDS, such as `1,2,3`. */
const SEEDS = (process.env['LOCKSTEP_VERSION_SEEDS'] ?? '17').split(',').map(Number);

it.each(SEEDS)('ends with the newest version or a miss, whatever happened on the way (seed %i)', async (seed) => {
  const random = seeded(seed);
  await using regions = await startSettled({ maxWriteMs: MAX_WRITE_MS });
  const writers = [regions.east, regions.west];
  const newest = new Map<string, number>();
  const busy = new Map<string, Promise<void>>();
  const fail = (): void => {
    if (random() < 0.15) throw new Error('not confirmed');
  };
  for (const { applier } of writers) {
    applier.before = () => wait(random() * 6);
    applier.after = fail;
  }
  let version = 0;
  for (let count = 0; count < 500; count += 1) {
    const at = random() < 0.5 ? 0 : 1;
    const key = `key-${Math.floor(random() * KEYS)}`;
    const chain = `${at}:${key}`;
    // One region's own writes of a key are in order.
    const before = busy.get(chain) ?? Promise.resolve();
    const begin = (): Promise<void> => {
      // Writes are begun in the order of their versions, as the commits of a row are, and end in any.
      newest.set(key, (version += 1));
      return writeOne(writers[at]!, key, { version, ms: random() * 10 });
    };
    busy.set(chain, before.then(begin));
    if (random() < 0.3) await wait(random() * 6);
    if (random() < 0.02) writers[at]!.isCut = !writers[at]!.isCut;
    if (random() < 0.01) await writers[at]!.restartReceiver();
  }
  await Promise.all(busy.values());
  for (const writer of writers) {
    writer.isCut = false;
    writer.applier.after = () => {};
  }
  await settle(regions);
  const wrong = [...newest].flatMap(([key, last]) =>
    writers.flatMap((writer, at) => {
      const held = valueOf(writer, key);
      return held === undefined || held === String(last) ? [] : [{ key, at, held, last }];
    }),
  );
  expect(wrong).toEqual([]);
  // Not all of it is a miss: what is written now arrives.
  await pass(MAX_WRITE_MS);
  for (let key = 0; key < KEYS; key += 1) await regions.east.store(`key-${key}`, 1000, 1000);
  for (let key = 0; key < KEYS; key += 1) await expect.poll(() => valueOf(regions.west, `key-${key}`)).toBe('1000');
});
