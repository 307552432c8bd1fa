import { expect } from 'vitest';

import { startTwoWriters, type TwoWriters, type Writer } from './two-writers.ts';

/** Writes are quick here, and so are the regions' clocks in step: it is one machine. */
export const VERSIONED = { maxWriteMs: 60, versions: { maxSkewMs: 1 } };

export const valueOf = ({ applier }: Writer, key = 'key'): string | undefined => applier.state.get(key);

/** Both regions, when so much time has passed since the tables of versions were begun that nobody asks any more. */
export async function startSettled({ maxWriteMs = VERSIONED.maxWriteMs } = {}): Promise<TwoWriters> {
  const regions = await startTwoWriters({ ...VERSIONED, maxWriteMs });
  await Promise.all([tableOf(regions.east), tableOf(regions.west)]);
  await pass(2 * maxWriteMs);
  return regions;
}

/** Waits until a region has begun all parts of its table. */
export async function tableOf({ client }: Writer): Promise<void> {
  await expect.poll(async () => (await client.keys('{lockstep:versions:*:meta')).length, { interval: 10 }).toBe(16);
}

/** Waits until so much time has passed. */
export async function pass(ms: number): Promise<void> {
  const until = performance.now() + ms;
  await expect.poll(() => performance.now() > until, { interval: 5 }).toBe(true);
}

/** Waits until both have applied all that the other appended up to now, and no key is under suspicion. */
export async function settle({ east, west }: TwoWriters): Promise<void> {
  const queued = ({ shipper }: Writer): number => shipper.status()[0]!.queuedOperations;
  await expect.poll(() => queued(east) + queued(west)).toBe(0);
  const names = ['end:1', 'end:2', 'end:3', 'end:4'];
  await Promise.all(names.flatMap((name) => [east.store(`${name}:e`, 1, 1), west.store(`${name}:w`, 1, 1)]));
  for (const name of names) {
    await expect.poll(() => [valueOf(west, `${name}:e`), valueOf(east, `${name}:w`)]).toEqual(['1', '1']);
  }
  for (const { client } of [east, west])
    await expect.poll(() => client.keys('{lockstep:versions:*:suspects')).toEqual([]);
}
