import { setTimeout as wait } from 'node:timers/promises';

import { askHttp } from './http-reply.ts';
import type { World, WorldRegion } from './world.ts';

/** Enough for every shard to get some. */
const markers = 128;
const patienceMs = 45_000;
const requestMs = 6000;
const everyMs = 20;
const quietMs = 1000;
/**
 * A region that has lost the end of its journal cannot know whether a store from elsewhere knew of that, and deletes its
 * key instead: until stores do, which takes as long as a write may take and a little more.
 */
const writeAgainMs = 3000;

/**
 * Resolves when nothing is on its way: what is written now has arrived in the other regions, and the design knows of
 * nothing more. Of a design that loses writes: when it has known of nothing for a second.
 *
 * @throws Error when that takes too long; it has what the apps printed.
 */
export async function settle(world: World, namespace: string): Promise<void> {
  const { regions, design } = world;
  const giveUpAt = performance.now() + patienceMs;
  const links = regions.flatMap((from) => regions.filter((to) => to !== from).map((to) => ({ from, to })));
  if (design.isLossless) {
    await Promise.all(links.map(({ from, to }) => markersArrive(from, to, { namespace, giveUpAt })));
  }
  let quietSince = Infinity;
  while (performance.now() - quietSince < (design.isLossless ? 0 : quietMs)) {
    // An app that has just been started may not answer yet.
    const queued = await Promise.all(
      regions.map(({ place }) => design.queued(place).catch((error: unknown) => String(error))),
    );
    if (queued.some((one) => one !== 0)) quietSince = Infinity;
    else if (quietSince === Infinity) quietSince = performance.now();
    if (performance.now() > giveUpAt) throw new Error(`writes are still held: ${queued.join(', ')}`);
    await wait(everyMs);
  }
}

async function markersArrive(
  from: WorldRegion,
  to: WorldRegion,
  { namespace, giveUpAt }: { readonly namespace: string; readonly giveUpAt: number },
): Promise<void> {
  const left = new Set(Array.from({ length: markers }, (_, at) => `own:marker:${namespace}:${from.name}:${at}`));
  const unwritten = new Set(left);
  let writtenAt = performance.now();
  while (left.size > 0) {
    if (performance.now() - writtenAt > writeAgainMs) {
      writtenAt = performance.now();
      for (const key of left) unwritten.add(key);
    }
    if (performance.now() > giveUpAt) {
      const outputs = [...from.apps.shipper, ...to.apps.receiver].map(({ label, output }) => `${label}:\n${output}`);
      throw new Error(
        `${left.size} of ${markers} writes of ${from.name} do not arrive, ${unwritten.size} are refused\n${outputs.join('\n')}`,
      );
    }
    await Promise.all(
      [...unwritten].map(async (key) => {
        const path = `/v1/cache/${encodeURIComponent(key)}`;
        const port = from.place.ports.proxy[0]!;
        const answer = await askHttp({
          port,
          method: 'PUT',
          path,
          body: Buffer.from('1 '),
          timeoutMs: requestMs,
        }).catch(() => undefined);
        if (answer?.status === 204) unwritten.delete(key);
      }),
    );
    const there = await to.reader.read([...left]).catch(() => new Map<string, number>());
    for (const key of there.keys()) left.delete(key);
    if (left.size > 0) await wait(everyMs);
  }
}
