import { setTimeout as wait } from 'node:timers/promises';

import { askHttp } from './http-reply.ts';
import { shardKeys } from './shard-keys.ts';
import type { World, WorldRegion } from './world.ts';

const patienceMs = 90_000;
const requestMs = 6000;
const everyMs = 20;
const quietMs = 1000;
/**
 * A receiver that finds two writes that did not know of one another appends a delete, which may meet another write. What
 * comes of that deletes only what was deleted.
 */
const rounds = 3;
/**
 * A region that has lost the end of its journal cannot know whether a store from elsewhere knew of that, and deletes its
 * key instead: until stores do, which takes as long as a write may take and a little more.
 */
const writeAgainMs = 3000;

/** What is asked of it. */
export interface SettleOptions {
  /** Sets its markers apart from those of others. */
  readonly namespace: string;
  /** Done when all that was written before has arrived; it settles as well. */
  readonly between?: () => Promise<unknown>;
}

/**
 * Resolves when nothing is on its way: what is written now has arrived in the other regions, in every shard, and the
 * design knows of nothing more. Of a design that loses writes: when it has known of nothing for a second. Gives the
 * monotonic moment when the first of it had arrived everywhere.
 *
 * @throws Error when that takes too long; it has what the apps printed.
 */
export async function settle(world: World, { namespace, between }: SettleOptions): Promise<number> {
  const { regions, design } = world;
  let giveUpAt = performance.now() + patienceMs;
  let arrivedAt = 0;
  for (let round = 1; design.isLossless && round <= rounds; round += 1) {
    const options = { namespace: `${namespace}:${round}`, giveUpAt };
    await Promise.all(
      regions.map((from) =>
        markersArrive(
          from,
          regions.filter((to) => to !== from),
          options,
        ),
      ),
    );
    if (round > 1) continue;
    arrivedAt = performance.now();
    await between?.();
    giveUpAt = performance.now() + patienceMs;
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
  return design.isLossless ? arrivedAt : performance.now();
}

async function markersArrive(
  from: WorldRegion,
  others: readonly WorldRegion[],
  { namespace, giveUpAt }: { readonly namespace: string; readonly giveUpAt: number },
): Promise<void> {
  const markers = shardKeys(`own:marker:${namespace}:${from.name}`);
  const left = new Map(others.map((to) => [to, new Set(markers)]));
  const absent = (): Set<string> => new Set([...left.values()].flatMap((keys) => [...keys]));
  let unwritten = new Set(markers);
  let writtenAt = performance.now();
  while (absent().size > 0) {
    if (performance.now() - writtenAt > writeAgainMs) {
      writtenAt = performance.now();
      unwritten = absent();
    }
    if (performance.now() > giveUpAt) {
      const apps = [...from.apps.shipper, ...others.flatMap((to) => to.apps.receiver)];
      const outputs = apps.map(({ label, output }) => `${label}:\n${output}`);
      const counts = [...left].map(([to, keys]) => `${keys.size} in ${to.name}`).join(', ');
      throw new Error(
        `writes of ${from.name} do not arrive: of ${markers.length}, ${counts}; ${unwritten.size} are refused\n${outputs.join('\n')}`,
      );
    }
    await Promise.all([...unwritten].map(async (key) => (await isTaken(from, key)) && unwritten.delete(key)));
    await Promise.all(
      [...left].map(async ([to, keys]) => {
        for (const key of (await to.reader.glance([...keys])).keys()) keys.delete(key);
      }),
    );
    if (absent().size > 0) await wait(everyMs);
  }
}

async function isTaken({ place }: WorldRegion, key: string): Promise<boolean> {
  const path = `/v1/cache/${encodeURIComponent(key)}`;
  const request = { port: place.ports.proxy[0]!, method: 'PUT', path, body: Buffer.from('1 '), timeoutMs: requestMs };
  const answer = await askHttp(request).catch(() => undefined);
  return answer?.status === 204;
}
