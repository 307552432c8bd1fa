import type { RedisClient } from '@lockstep/core';

import type { RedisTrust } from './redis-trust.ts';

/** What a plain read brings: `undefined` for nothing, or for what must not be believed. */
export type RawValue = string | Buffer | undefined;

/** Plain reads of values. */
export interface RedisReads {
  /**
   * @param isText true for a string, false for bytes
   * @param wanted told of what it brings; a promise for that would show in a hit
   */
  read(shard: number, name: string, isText: boolean, wanted: WantedValue): void;
}

/** Who wants what one read brings. */
export interface WantedValue {
  found(raw: RawValue): void;
  failed(error: unknown): void;
}

/** What one command reads. */
interface Batch {
  readonly names: string[];
  readonly waiting: WantedValue[];
}

/** Fewer would cost more than they save; of more, Redis would be idle while the first of them are put together. */
const MAX_NAMES = 25;
const settled = Promise.resolve();

/**
 * Packs the reads that begin together into a few MGETs: each command is a write to the socket, which is half of what a
 * read costs. Those who were answered by one reply mostly ask again together, and a read on its own waits for nothing
 * but the end of its microtask.
 *
 * @param epochOf the epoch of a shard as far as this process knows
 */
export function createRedisReads(
  client: RedisClient,
  trust: RedisTrust,
  epochOf: (shard: number) => string,
): RedisReads {
  /** By place. No map: what comes and goes in one keeps the collector busy. */
  const open: (Batch | undefined)[] = [];

  function flush(place: number, shard: number, isText: boolean): void {
    const batch = open[place];
    if (batch === undefined) return;
    open[place] = undefined;
    const { names, waiting } = batch;
    const [name, second] = names;
    if (second === undefined && trust.isWatching && trust.isSure(shard, epochOf(shard)))
      readOne(name!, isText, waiting[0]!);
    else void settle(waiting, fetchBelieved(shard, isText, names));
  }

  /** What most reads are, with as few promises as can be. */
  function readOne(name: string, isText: boolean, wanted: WantedValue): void {
    const { generation } = trust;
    const taken = (raw: unknown): void => wanted.found(generation === trust.generation ? rawOf(raw) : undefined);
    const failed = (error: unknown): void => wanted.failed(error);
    try {
      (isText ? client.call('GET', name) : client.callBuffer('GET', name)).then(taken, failed);
    } catch (error) {
      void Promise.reject(error as Error).catch(failed);
    }
  }

  async function fetchBelieved(
    shard: number,
    isText: boolean,
    names: readonly string[],
  ): Promise<readonly unknown[] | undefined> {
    if (!trust.isWatching) {
      const [raws, epoch] = await Promise.all([fetch(isText, names), trust.confirmAfter(shard)]);
      return epoch !== '' && epoch === epochOf(shard) ? raws : undefined;
    }
    if (!trust.isSure(shard, epochOf(shard))) {
      const epoch = await trust.confirm(shard);
      if (epoch !== epochOf(shard) || !trust.isSure(shard, epoch)) return undefined;
    }
    const { generation } = trust;
    const raws = await fetch(isText, names);
    return generation === trust.generation ? raws : undefined;
  }

  async function fetch(isText: boolean, names: readonly string[]): Promise<readonly unknown[]> {
    const [only] = names;
    if (names.length === 1) return [isText ? await client.call('GET', only!) : await client.callBuffer('GET', only!)];
    return (isText ? await client.call('MGET', ...names) : await client.callBuffer('MGET', ...names)) as unknown[];
  }

  return {
    read(shard, name, isText, wanted) {
      const place = shard * 2 + (isText ? 1 : 0);
      let batch = open[place];
      if (batch === undefined) {
        batch = { names: [], waiting: [] };
        open[place] = batch;
        // `queueMicrotask` takes twice as long.
        void settled.then(() => flush(place, shard, isText));
      }
      batch.names.push(name);
      batch.waiting.push(wanted);
      if (batch.names.length >= MAX_NAMES) flush(place, shard, isText);
    },
  };
}

async function settle(
  waiting: readonly WantedValue[],
  fetched: Promise<readonly unknown[] | undefined>,
): Promise<void> {
  let raws: readonly unknown[] | undefined;
  try {
    raws = await fetched;
  } catch (error) {
    for (const wanted of waiting) wanted.failed(error);
    return;
  }
  // A pair for each, as `entries` makes them, would show.
  for (let index = 0; index < waiting.length; index++) waiting[index]!.found(rawOf(raws?.[index]));
}

function rawOf(raw: unknown): RawValue {
  return typeof raw === 'string' || Buffer.isBuffer(raw) ? raw : undefined;
}
