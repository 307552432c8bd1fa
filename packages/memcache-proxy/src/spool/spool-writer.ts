import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { DiskStore } from './disk-store.ts';
import type { RedisGate } from './redis-gate.ts';
import { publishSpoolEvent } from './spool-channel.ts';
import { deleteNameOf, type SpoolEntry } from './spool-entry.ts';
import type { StreamStore } from './stream-store.ts';

/** Entries of one commit. */
const batchSize = 256;

/** What a writer is made of. */
export interface SpoolWriterOptions {
  readonly stream: Pick<StreamStore, 'append'>;
  readonly disk: Pick<DiskStore, 'append'>;
  readonly gate: RedisGate;
  readonly maxWaiting: number;
  readonly diskTimeoutMs: number;
  readonly clock: Clock;
}

interface Waiting {
  readonly entry: SpoolEntry;
  readonly resolve: (ticket: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes entries safe, those that wait at the same time together: in Redis, or else on disk. */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isDiskBusy = false;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the position in Redis, undefined for an entry that is on disk.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_SPOOL_FULL or ERR_MEMCACHE_PROXY_SPOOL_FAILED.
   */
  add(entry: SpoolEntry): Promise<string | undefined> {
    const { maxWaiting } = this.#options;
    if (this.#waiting.length >= maxWaiting) {
      const message = `${maxWaiting} entries wait for the spool already`;
      return Promise.reject(new MemcacheProxyError('ERR_MEMCACHE_PROXY_SPOOL_FULL', message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What comes in the same turn goes into the same commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchSize);
      // One entry does for all of the same pool and key: it is safe after each of their calls began.
      const byName = new Map(batch.map(({ entry }) => [deleteNameOf(entry), entry]));
      try {
        const positions = await this.#write([...byName.values()]);
        const tickets = new Map(Array.from(byName.keys(), (name, index) => [name, positions?.[index]]));
        for (const { entry, resolve } of batch) resolve(tickets.get(deleteNameOf(entry)));
      } catch (error) {
        publishSpoolEvent({ type: 'failed', operation: 'add', error });
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #write(entries: readonly SpoolEntry[]): Promise<readonly string[] | undefined> {
    const { stream, disk, gate, diskTimeoutMs: ms, clock } = this.#options;
    let redis: unknown = 'Redis was away a moment ago';
    if (gate.isOpen) {
      try {
        const positions = await gate.pass(() => stream.append(entries));
        if (positions !== undefined) {
          publishSpoolEvent({ type: 'spooled', to: 'redis', count: entries.length });
          return positions;
        }
        redis = 'the stream in Redis has as many entries as it may have';
      } catch (error) {
        redis = error;
      }
    }
    try {
      const onTimeout = (): Error =>
        new MemcacheProxyError('ERR_MEMCACHE_PROXY_SPOOL_FAILED', `the disk did not take it within ${ms} ms`);
      // Behind a commit that does not end, others would only pile up.
      if (this.#isDiskBusy) throw onTimeout();
      this.#isDiskBusy = true;
      const appended = disk.append(entries).finally(() => (this.#isDiskBusy = false));
      await withDeadline(appended, { ms, clock, onTimeout });
    } catch (error) {
      if (!(error instanceof MemcacheProxyError)) throw error;
      const message = `the delete could not be spooled: ${error.message}; Redis: ${describeError(redis)}`;
      throw new MemcacheProxyError(error.code, message, { cause: new AggregateError([redis, error]) });
    }
    publishSpoolEvent({ type: 'spooled', to: 'disk', count: entries.length });
    return undefined;
  }
}
