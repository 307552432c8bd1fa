import { createBackoff, type Timer } from '@lockstep/core';

import { CacheError } from '../cache-error.ts';
import { type CacheCore, inBackground } from '../read/cache-core.ts';
import type { Publish } from './publish.ts';

/** Invalidations that the log has not confirmed: they are tried again until it has. */
export interface Outbox {
  /** How many keys, tags and clears wait. */
  readonly size: number;
  /** True once it takes nothing any more. */
  readonly isClosed: boolean;
  /** Takes over what the caller holds in `pending`. */
  add(keys: readonly string[], tags: readonly string[]): void;
  addClear(): void;
  /** One last attempt; what is left is reported. */
  close(): Promise<void>;
}

/** How much an outbox holds and how it tries. */
export interface OutboxOptions {
  /** Beyond this it holds one clear of everything instead. */
  readonly maxEntries: number;
  readonly publish: Publish;
}

const BATCH = 1000;

/** An outbox that tries again with growing delays. What it holds is not served and not kept by this process. */
export function createOutbox(core: CacheCore, { maxEntries, publish }: OutboxOptions): Outbox {
  const { pending, clock, random } = core;
  const backoff = createBackoff({ minMs: 50, maxMs: 5000, random });
  // The number of the latest add: what was added again while it was sent must be sent again.
  const keys = new Map<string, number>();
  const tags = new Map<string, number>();
  let clears = 0;
  let adds = 0;
  let timer: Timer | undefined;
  let sending: Promise<void> | undefined;
  let isClosed = false;

  function hold(held: Map<string, number>, names: readonly string[], release: (name: string) => void): void {
    for (const name of names) {
      // It is held once by the outbox, however often it was added.
      if (held.has(name)) release(name);
      held.set(name, ++adds);
    }
  }

  function add(newKeys: readonly string[], newTags: readonly string[]): void {
    hold(keys, newKeys, (key) => pending.release([key], []));
    hold(tags, newTags, (tag) => pending.release([], [tag]));
    if (keys.size + tags.size > maxEntries) {
      pending.holdAll();
      addClear();
      dropAll();
    }
    arm();
  }

  function addClear(): void {
    // One hold of everything is enough for all clears that wait.
    if (clears > 0) pending.releaseAll();
    clears = ++adds;
    arm();
  }

  function dropAll(): void {
    pending.release(Array.from(keys.keys()), Array.from(tags.keys()));
    keys.clear();
    tags.clear();
  }

  function arm(): void {
    if (timer !== undefined || sending !== undefined || isClosed || size() === 0) return;
    timer = clock.setTimer(() => {
      timer = undefined;
      sending = send().finally(() => {
        sending = undefined;
        arm();
      });
      inBackground(core, sending);
    }, backoff.next());
  }

  async function send(): Promise<void> {
    try {
      while (size() > 0) await sendSome();
      backoff.reset();
    } catch {
      // Whoever invalidated was told; `health().outbox` says how much waits.
    }
  }

  async function sendSome(): Promise<void> {
    const upTo = adds;
    if (clears > 0) {
      await publish.clear({});
      if (clears <= upTo) {
        clears = 0;
        pending.releaseAll();
      }
      return;
    }
    const someKeys = Array.from(keys.keys()).slice(0, BATCH);
    const someTags = Array.from(tags.keys()).slice(0, BATCH);
    await publish.entry(someKeys, someTags, {});
    settle(keys, someKeys, upTo, (key) => pending.release([key], []));
    settle(tags, someTags, upTo, (tag) => pending.release([], [tag]));
  }

  function size(): number {
    return keys.size + tags.size + (clears > 0 ? 1 : 0);
  }

  return {
    get size() {
      return size();
    },
    get isClosed() {
      return isClosed;
    },
    add,
    addClear,
    async close() {
      isClosed = true;
      timer?.cancel();
      await sending;
      await send();
      if (size() === 0) return;
      core.onError(
        new CacheError('ERR_CACHE_INVALIDATION_PENDING', 'the cache was closed before the log had every invalidation', {
          keys: Array.from(keys.keys()),
          tags: Array.from(tags.keys()),
        }),
      );
    },
  };
}

function settle(
  held: Map<string, number>,
  names: readonly string[],
  upTo: number,
  release: (name: string) => void,
): void {
  for (const name of names) {
    if ((held.get(name) ?? Infinity) > upTo) continue;
    held.delete(name);
    release(name);
  }
}
