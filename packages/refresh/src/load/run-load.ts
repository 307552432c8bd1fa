import type { Clock } from '@lockstep/core';
import type { HeldLock } from '@lockstep/lock';

import type { KnownKey } from '../definition/definition-table.ts';
import { isEmptyContent } from '../definition/encode-content.ts';
import { type Loaded, unchanged } from '../definition/refresh-definition.ts';
import { RefreshError } from '../refresh-error.ts';
import type { Content } from '../store/content.ts';
import type { EntryStore, Freshness } from '../store/entry-store.ts';
import { callSource } from './call-source.ts';

/** A load of one entry by whoever holds its lock. */
export interface Load {
  readonly target: KnownKey;
  readonly store: EntryStore;
  readonly clock: Clock;
  /** A lease is good for one load: its token is the ticket. */
  readonly lease: Pick<HeldLock, 'token' | 'signal'>;
  readonly by: 'gateway' | 'worker';
  /** Whether what is there makes the load superfluous. */
  readonly isEnough: (present: Freshness) => boolean;
  /** Called right before the source is; what it throws is passed on, and the source is not called. */
  readonly beforeCall: () => Promise<void>;
  /** Of a source that one process leads: the token of its leadership, which the store looks at. */
  readonly leader?: number | undefined;
  /** Gives up, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * How a load ended. `enough`: what is there needs no load. `outrun`: somebody with a newer lease is at it, it was
 * invalidated before it began, or another process leads the source by now. `superseded`: it was invalidated while it was loaded; `content` may be older than that,
 * and is undefined where the source only said that nothing has changed. `unstored`: whether it is stored is not known.
 */
export type LoadResult =
  | { readonly kind: 'enough'; readonly present: Freshness }
  | { readonly kind: 'outrun' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'stored'; readonly content: Content; readonly ttlMs: number }
  | { readonly kind: 'unstored'; readonly content: Content; readonly ttlMs: number; readonly error: unknown }
  | { readonly kind: 'superseded'; readonly content: Content | undefined; readonly ttlMs: number };

/**
 * Begins, loads and replaces.
 *
 * @throws what the store, `callSource` and `beforeCall` throw, and ERR_REFRESH_CONTENT for what is not of the shape.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { target, store, lease, by, clock, leader, signal } = load;
  const { definition, key } = target;
  const { staleForMs, whenEmpty } = definition;
  const { token: ticket } = lease;
  const begun = await store.begin(key, ticket, { shape: definition.shape, leader, signal });
  if (begun === undefined) return { kind: 'outrun' };
  const { present } = begun;
  if (present !== undefined && load.isEnough(present)) return { kind: 'enough', present };
  await load.beforeCall();
  const signals = [signal, lease.signal];
  const loaded = await callSource({ target, by, clock, token: ticket, validator: present?.validator, signals });
  if (loaded === unchanged && present === undefined) {
    throw contentError(definition.name, 'that nothing has changed, and nothing is stored');
  }
  const made = loaded === unchanged ? undefined : contentOf(target, loaded);
  if (made === undefined || (present !== undefined && whenEmpty === 'keep' && isEmptyContent(made.content))) {
    const { ttlMs } = definition;
    const prolongation = { ticket, leader, ttlMs, staleForMs, validator: present?.validator };
    const outcome = await store.prolong(key, prolongation, { signal });
    return outcome === 'stored' ? { kind: 'unchanged' } : { kind: 'superseded', content: undefined, ttlMs };
  }
  try {
    return { ...made, kind: await store.replace(key, { ...made, ticket, leader, staleForMs }, { signal }) };
  } catch (error) {
    return { ...made, kind: 'unstored', error };
  }
}

interface Made {
  readonly content: Content;
  readonly ttlMs: number;
  readonly validator: string | undefined;
}

/** @throws RefreshError ERR_REFRESH_CONTENT for what a loader should not have returned. */
export function contentOf({ definition }: KnownKey, loaded: Loaded<unknown> | typeof unchanged): Made {
  const { name } = definition;
  if (typeof loaded !== 'object' || loaded === null || !('data' in loaded)) {
    throw contentError(name, 'something without data');
  }
  const { ttlMs = definition.ttlMs, validator } = loaded;
  if (!(typeof ttlMs === 'number' && ttlMs >= 1 && ttlMs <= MAX_TTL_MS)) {
    throw contentError(name, 'a ttlMs that is no number of milliseconds');
  }
  if (validator !== undefined && typeof validator !== 'string') throw contentError(name, 'a validator that is no text');
  return { content: definition.encode(loaded.data), ttlMs, validator };
}

const MAX_TTL_MS = 10 * 365 * 86_400_000;

function contentError(source: string, what: string): RefreshError {
  return new RefreshError('ERR_REFRESH_CONTENT', `the source returned ${what}`, { source });
}
