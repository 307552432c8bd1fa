import type { Clock } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import type { StoreCalls } from '../store-calls.ts';
import { formatRecord, type MemcacheRecord, parseRecord, recordAt, type RecordedValue } from './memcache-record.ts';
import type { MemcacheCall, MemcacheTarget } from './memcache-target.ts';

/** What a change makes of a record. */
export interface ChangedRecord extends Pick<MemcacheRecord, 'highest' | 'ticket' | 'begunMs' | 'leader'> {
  readonly value?: RecordedValue | undefined;
  readonly bytes?: Buffer | undefined;
  /** For how long, in ms, it is remembered without a value. @default `memoryMs` */
  readonly rememberedMs?: number;
}

/** The items of entries, each as of now. */
export interface MemcacheItems {
  /** Undefined when there is none, or something else in its place. */
  read(key: string, signal: AbortSignal | undefined): Promise<MemcacheRecord | undefined>;
  /**
   * Replaces a record by what `change` makes of it, in one step: when somebody else was faster, `change` is asked
   * again. Resolves with what was there before, or with `refused` when `change` says so and nothing was changed.
   */
  change(
    key: string,
    signal: AbortSignal | undefined,
    change: (record: MemcacheRecord | undefined) => ChangedRecord | 'refused',
  ): Promise<MemcacheRecord | undefined | 'refused'>;
}

/** What items are kept with. */
export interface MemcacheItemsParts {
  readonly pool: MemcacheTarget;
  readonly names: (key: string) => string;
  readonly calls: StoreCalls;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly memoryMs: number;
}

/** So many others that write to one entry in the time of one write do not exist. */
const MAX_ATTEMPTS = 32;
/** The longest time to live that memcached takes as seconds from now. */
const MAX_TTL_SECONDS = 30 * 24 * 60 * 60;

/** Items that are replaced by compare and swap. */
export function createMemcacheItems(parts: MemcacheItemsParts): MemcacheItems {
  const { pool, names, calls, clock, timeoutMs, memoryMs } = parts;

  async function find(key: string, call: MemcacheCall): Promise<{ record: MemcacheRecord | undefined; cas: bigint }> {
    const { value, cas, ttlSeconds } = await calls.step(() => pool.read(names(key), call), call.signal);
    const record = value === undefined ? undefined : parseRecord(value, key);
    // What never expires is not ours.
    if (record === undefined || ttlSeconds < 0) return { record: undefined, cas: value === undefined ? 0n : cas };
    return { record: recordAt(record, clock.now(), ttlSeconds), cas };
  }

  return {
    async read(key, signal) {
      return (await find(key, { timeoutMs, signal })).record;
    },
    async change(key, signal, change) {
      const call = { timeoutMs, signal };
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const { generation } = pool;
        const { record, cas } = await find(key, call);
        const changed = change(record);
        if (changed === 'refused') return changed;
        const { value, bytes = Buffer.alloc(0), rememberedMs = memoryMs, ...fence } = changed;
        // One more: it counts whole seconds, and takes what has less than one left for expired.
        const wanted = Math.ceil(Math.max(rememberedMs, value?.keptForMs ?? 0) / 1000) + 1;
        const ttlSeconds = Math.min(MAX_TTL_SECONDS, wanted);
        const item = formatRecord({ ...fence, key, writtenAt: clock.now(), ttlSeconds, value, bytes });
        const options = { ...call, ttlSeconds };
        // A server that was started anew counts its CAS values from the beginning.
        if (pool.generation !== generation) continue;
        const outcome = await calls.step(
          () => (cas === 0n ? pool.add(names(key), item, options) : pool.cas(names(key), item, cas, options)),
          signal,
        );
        if (outcome === 'stored') return record;
      }
      throw new RefreshError('ERR_REFRESH_STORE', 'too many others write to one entry at the same time');
    },
  };
}
