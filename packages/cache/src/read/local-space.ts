import { toError } from '@lockstep/core';
import type { LocalRoom } from '../local/local-room.ts';
import type { LocalStore } from '../local/local-store.ts';
import { NOTHING } from './nothing.ts';

/** What an entry needs besides its value and the end of its undisturbed life. Moments are on the monotonic clock. */
export interface EntryMeta {
  /** The end of its time to live. */
  freshUntil: number;
  /** Until when it may stand in for a failed load. */
  graceUntil: number;
  /** When it is to be loaded anew in the background; Infinity once that was tried. */
  refreshAt: number;
  /** How long it stays without being read; Infinity for as long as it is fresh. */
  readonly idleMs: number;
  readonly tags: readonly string[];
}

/** How long an entry is kept, and what it depends on. */
export interface EntryPlan {
  readonly ttlMs: number;
  readonly graceMs: number;
  readonly tags: readonly string[];
  /** After what part of `ttlMs` it is loaded anew; 1 for never. */
  readonly refreshAhead: number;
  /** Infinity for none. */
  readonly idleMs: number;
  /** How many bytes the value counts. Undefined: none. */
  readonly sizeOf: ((value: unknown) => number) | undefined;
}

/** The entries of one view in this process, found by id and by tag. */
export interface LocalSpace {
  readonly store: LocalStore<unknown, EntryMeta>;
  /** Whether reads have to prolong an entry. */
  readonly hasIdle: boolean;
  readonly keep: (text: string, value: unknown, plan: EntryPlan, now: number) => void;
  /** The value within its grace. */
  readonly inGrace: (
    text: string,
    now: number,
  ) => { readonly value: unknown; readonly tags: readonly string[] } | undefined;
  readonly forget: (text: string) => void;
  readonly forgetTag: (tag: string) => void;
  readonly forgetAll: () => void;
}

const NO_TAGS: readonly string[] = [];

/**
 * An empty space in a room.
 *
 * @param onError told when `sizeOf` fails: such a value is not kept
 */
export function createLocalSpace(room: LocalRoom, onError: (error: Error) => void): LocalSpace {
  const tagged = new Map<string, Set<string>>();
  const store = room.region<unknown, EntryMeta>({
    onEvict: (text, _value, meta) => untag(text, meta),
  });

  function untag(text: string, meta: EntryMeta | undefined): void {
    for (const tag of meta?.tags ?? NO_TAGS) {
      const texts = tagged.get(tag);
      texts?.delete(text);
      if (texts?.size === 0) tagged.delete(tag);
    }
  }

  /** Undefined where nobody can tell. */
  function weightOf(value: unknown, sizeOf: EntryPlan['sizeOf']): number | undefined {
    if (sizeOf === undefined) return 0;
    let weight: number;
    try {
      weight = sizeOf(value === NOTHING ? undefined : value);
    } catch (error) {
      onError(toError(error));
      return undefined;
    }
    if (weight >= 0) return weight;
    onError(new RangeError(`sizeOf must return 0 or more, got ${String(weight)}`));
    return undefined;
  }

  const space: LocalSpace & { hasIdle: boolean } = {
    store,
    hasIdle: false,
    keep(text, value, plan, now) {
      const { ttlMs, graceMs, tags, refreshAhead, idleMs } = plan;
      const weight = weightOf(value, plan.sizeOf);
      if (weight === undefined) {
        space.forget(text);
        return;
      }
      untag(text, store.metaOf(text));
      const freshUntil = now + ttlMs;
      const refreshAt = refreshAhead < 1 ? now + ttlMs * refreshAhead : Infinity;
      const needsMeta = graceMs > 0 || tags.length > 0 || refreshAt !== Infinity || idleMs !== Infinity;
      const meta = needsMeta ? { freshUntil, graceUntil: freshUntil + graceMs, refreshAt, idleMs, tags } : undefined;
      if (idleMs !== Infinity) space.hasIdle = true;
      const until = Math.min(freshUntil, refreshAt, now + idleMs);
      if (!store.set(text, value, until, meta, weight)) return;
      for (const tag of tags) {
        const texts = tagged.get(tag);
        if (texts === undefined) tagged.set(tag, new Set([text]));
        else texts.add(text);
      }
    },
    inGrace(text, now) {
      const meta = store.metaOf(text);
      if (meta === undefined || now >= meta.graceUntil) return undefined;
      const value = store.get(text);
      return value === undefined ? undefined : { value, tags: meta.tags };
    },
    forget(text) {
      untag(text, store.metaOf(text));
      store.delete(text);
    },
    forgetTag(tag) {
      for (const text of tagged.get(tag) ?? NO_TAGS) space.forget(text);
    },
    forgetAll() {
      store.clear();
      tagged.clear();
    },
  };
  return space;
}
