import { type Clock, createBackoff, sleep, toError, withDeadline } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';

import type { RefreshReason } from '../queue/refresh-queue.ts';
import { RefreshError } from '../refresh-error.ts';
import type { Origins } from './origins.ts';

/** What has happened to an entry, for whoever tells other regions. */
export interface StoredNotice {
  readonly key: string;
  readonly source: string;
  readonly kind: 'replaced' | 'prolonged' | 'patched' | 'invalidated';
  /**
   * Why it was loaded; undefined for a load by a gateway, a patch and an invalidation. `invalidated` also where somebody
   * else has invalidated it on the log meanwhile, or within ten seconds before, and it was not loaded by hand or schedule.
   */
  readonly reason: RefreshReason | undefined;
  /** That of the load; undefined for a patch and an invalidation. */
  readonly ticket: number | undefined;
  /** Keep it when you publish the key on the log of another region: it is what ends loops. */
  readonly origin: string;
}

/** Hears of what was stored. It is waited for, for five seconds at most; what it throws goes to `onError`. */
export type OnStored = (notice: StoredNotice) => unknown;

/** What tells others. */
export interface AnnouncerOptions {
  readonly log: Pick<InvalidationLog, 'publish'> | undefined;
  readonly onStored: OnStored | undefined;
  readonly origins: Origins;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: Error) => void;
  /** Called with each publish that failed for good. */
  readonly onLost: () => void;
}

/** Tells the invalidation log, and whoever listens, what has happened to entries. */
export interface Announcer {
  /** False when the log did not take it in several attempts; never rejects. */
  tell(notice: Omit<StoredNotice, 'origin'>, signal?: AbortSignal): Promise<boolean>;
  /** The log alone, of what was stored and may have been told already. As `tell`. */
  tellAgain(key: string, signal?: AbortSignal): Promise<boolean>;
}

const ATTEMPTS = 3;
const HAND_OVER_MS = 5000;
const slow = (): Error => new RefreshError('ERR_REFRESH_TIMEOUT', `onStored took longer than ${HAND_OVER_MS} ms`);

/** Makes one. */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { log, onStored, origins, clock, random, onError, onLost } = options;

  async function publish(key: string, origin: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (log === undefined) return true;
    const backoff = createBackoff({ minMs: 50, maxMs: 1000, random });
    for (let attempt = 1; ; attempt++) {
      try {
        await log.publish([key], { origin, signal });
        return true;
      } catch (error) {
        if (attempt === ATTEMPTS || signal?.aborted === true) {
          onLost();
          onError(toError(error));
          return false;
        }
      }
      await sleep(backoff.next(), { clock, signal }).catch(() => undefined);
    }
  }

  async function handOver(notice: StoredNotice): Promise<void> {
    if (onStored === undefined) return;
    try {
      await withDeadline(Promise.resolve(onStored(notice)), { ms: HAND_OVER_MS, clock, onTimeout: slow });
    } catch (error) {
      onError(toError(error));
    }
  }

  return {
    async tell(notice, signal) {
      const origin = notice.kind === 'invalidated' ? origins.invalidated : origins.stored;
      const [isPublished] = await Promise.all([
        // What is as it was need not be forgotten.
        notice.kind === 'prolonged' || publish(notice.key, origin, signal),
        handOver({ ...notice, origin }),
      ]);
      return isPublished;
    },
    tellAgain: (key, signal) => publish(key, origins.stored, signal),
  };
}
