import { setTimeout as pause } from 'node:timers/promises';

import type { OpenPeer } from '../cache/peers/cache-peer.ts';
import { machineNow } from '../invalidation/sent-key.ts';
import type { Database } from './database.ts';
import type { Change, NodeCalls, Read } from './fleet-messages.ts';
import { settled } from './patience.ts';

/** More reads than this do not wait at a time. */
const maxReads = 500;
/** Between two tries of an invalidation that failed. */
const retryMs = 100;
/** A fleet that has not confirmed an invalidation by then will not. */
const confirmMs = 30_000;

/** What one process of the fleet does with its cache. */
export function createFleetNode(cache: OpenPeer, database: Database): NodeCalls {
  let loads = 0;
  let reading: { readonly stop: AbortController; readonly done: Promise<Read[]> } | undefined;

  async function get(key: string, loadMs = 0): Promise<Read> {
    const at = machineNow();
    const load = async (): Promise<unknown> => {
      loads += 1;
      const version = await database.read(key);
      if (loadMs > 0) await pause(loadMs);
      return { version };
    };
    const got = await settled(cache.get(key, load));
    return { key, at, version: (got?.value as { readonly version: number } | undefined)?.version };
  }

  async function changeOne(key: string): Promise<Change> {
    const version = await database.write(key);
    const deadline = machineNow() + confirmMs;
    while ((await settled(Promise.resolve(cache.invalidate(key)))) === undefined) {
      if (machineNow() > deadline) throw new Error(`${key} could not be invalidated within ${confirmMs} ms`);
      await pause(retryMs);
    }
    return { key, version, at: machineNow() };
  }

  async function readInTurns(keys: readonly string[], ratePerSecond: number, stop: AbortSignal): Promise<Read[]> {
    const reads: Read[] = [];
    const underWay = new Set<Promise<void>>();
    const startedAt = machineNow();
    for (let begun = 0; !stop.aborted;) {
      const due = ((machineNow() - startedAt) * ratePerSecond) / 1000;
      for (; begun < due && underWay.size < maxReads; begun += 1) {
        const one = (async () => {
          reads.push(await get(keys[begun % keys.length]!));
        })().finally(() => underWay.delete(one));
        underWay.add(one);
      }
      await pause(2);
    }
    await Promise.all(underWay);
    return reads;
  }

  return {
    async readAll(keys) {
      const reads: Read[] = [];
      for (let from = 0; from < keys.length; from += maxReads) {
        reads.push(...(await Promise.all(keys.slice(from, from + maxReads).map((key) => get(key)))));
      }
      return reads;
    },
    async startReading(keys, ratePerSecond) {
      const stop = new AbortController();
      reading = { stop, done: readInTurns(keys, ratePerSecond, stop.signal) };
    },
    async stopReading() {
      reading?.stop.abort();
      return (await reading?.done) ?? [];
    },
    change: (keys, overMs) =>
      Promise.all(
        keys.map(async (key, index) => {
          await pause((index * overMs) / keys.length);
          return changeOne(key);
        }),
      ),
    async play(plan, startAt) {
      await Promise.all(
        plan.map(async ({ key, afterMs, loadMs }) => {
          await pause(Math.max(0, startAt + afterMs - machineNow()));
          if (loadMs === undefined) await changeOne(key);
          else await get(key, loadMs);
        }),
      );
    },
    async crowd(key, gets, loadMs) {
      await Promise.all(Array.from({ length: gets }, () => get(key, loadMs)));
    },
    async invalidate(keys, ratePerSecond) {
      const startedAt = machineNow();
      await Promise.all(
        keys.map(async (key, index) => {
          await pause(Math.max(0, startedAt + (index * 1000) / ratePerSecond - machineNow()));
          await cache.invalidate(key);
        }),
      );
    },
    async takeLoads() {
      const taken = loads;
      loads = 0;
      return taken;
    },
  };
}
