import { withDeadline } from '@lockstep/core';

import type { LoadContext } from '../load-context.ts';
import { loadTimeout } from '../read/await-flight.ts';
import type { CacheCore } from '../read/cache-core.ts';
import type { LoadRequest } from '../read/load-request.ts';
import { counted } from '../read/run-load.ts';
import { judge } from '../read/shared-answer.ts';
import { unwrapped } from '../read/view-reader.ts';

/** A copy of a value as it was found, to tell it from one that has taken its place. */
export interface Copy {
  readonly value: unknown;
  /** What is held, or the bytes that lie in the shared tier. */
  readonly held: unknown;
  /** The end of its time to live on the monotonic clock. */
  readonly freshUntil: number;
}

/** Copies that differ from what the loader brings. Undefined: it does not, or there is none. */
export interface Examined {
  readonly local: Copy | undefined;
  readonly shared: Copy | undefined;
}

/** How far apart two looks at the same shared value may put its end: tiers count in seconds, and answers take time. */
const SAME_END_MS = 1500;

/**
 * Compares what this process and the shared tier would serve with what the loader brings now. Undefined where there is
 * nothing to compare: no copy that may be served, or a write of the key under way.
 *
 * @throws what the loader throws, or the shared tier; the signal's reason.
 */
export async function examine(
  core: CacheCore,
  request: LoadRequest,
  isEqual: (one: unknown, other: unknown) => boolean,
  signal: AbortSignal,
): Promise<Examined | undefined> {
  const local = localCopy(core, request);
  const shared = await sharedCopy(core, request);
  if (local === undefined && shared === undefined) return undefined;
  const normal = normalizer(core, request);
  const truth = await normal(await loadAnew(core, request, signal));
  const differs = async (copy: Copy | undefined): Promise<boolean> =>
    copy !== undefined && !isEqual(await normal(copy.value), truth);
  // What was replaced or forgotten while the loader was at work was in order.
  const isLocal = (await differs(local)) && isSameCopy(local, localCopy(core, request));
  const isShared = (await differs(shared)) && isSameCopy(shared, await sharedCopy(core, request));
  return { local: isLocal ? local : undefined, shared: isShared ? shared : undefined };
}

/** Whether the second look has found the copy of the first. */
export function isSameCopy(first: Copy | undefined, second: Copy | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  const { held } = first;
  if (Buffer.isBuffer(held) && Buffer.isBuffer(second.held))
    return held.equals(second.held) && isSameEnd(first, second);
  return Object.is(held, second.held) && isSameEnd(first, second);
}

function isSameEnd(first: Copy, second: Copy): boolean {
  return Math.abs(first.freshUntil - second.freshUntil) < SAME_END_MS;
}

function mayServe({ gate, pending, fences }: CacheCore, { key }: LoadRequest): boolean {
  return gate.moment() !== Infinity && !pending.hasKey(key) && !fences.has(key);
}

function localCopy(core: CacheCore, request: LoadRequest): Copy | undefined {
  const { text, view } = request;
  const { store } = view.space;
  if (!mayServe(core, request)) return undefined;
  const freshUntil = store.metaOf(text)?.freshUntil ?? store.untilOf(text);
  if (!(freshUntil > core.clock.monotonic())) return undefined;
  const held = store.get(text);
  return held === undefined ? undefined : { value: unwrapped(held), held, freshUntil };
}

async function sharedCopy(core: CacheCore, request: LoadRequest): Promise<Copy | undefined> {
  const { shared, clock } = core;
  if (shared === undefined || !request.useShared || !mayServe(core, request)) return undefined;
  const bound = { timeoutMs: request.policy.sharedTimeoutMs, form: request.view.form };
  const found = await shared.get(request.key, bound);
  if (found === undefined || found.freshForMs <= 0) return undefined;
  const judged = await judge(core, request, found);
  if (judged.kind !== 'good') return undefined;
  return { value: judged.value, held: found.bytes, freshUntil: clock.monotonic() + found.freshForMs };
}

async function loadAnew(core: CacheCore, request: LoadRequest, signal: AbortSignal): Promise<unknown> {
  const { hardTimeoutMs } = request.policy;
  const ended = new AbortController();
  const end = (): void => ended.abort(signal.reason);
  const context: LoadContext = {
    signal: ended.signal,
    stale: undefined,
    setTtl: () => undefined,
    setTags: () => undefined,
    skipStore: () => undefined,
    keep: () => {
      throw new TypeError('there is no stale value to keep');
    },
  };
  const loading = counted(core, request.view.name, async () => request.load(context), context.signal);
  const onTimeout = (): Error => {
    const error = loadTimeout(request.key, hardTimeoutMs);
    ended.abort(error);
    return error;
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await withDeadline(loading, { ms: hardTimeoutMs, signal, clock: core.clock, onTimeout });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** With a shared tier a value may have come through its codec, which may change it: so all are compared behind it. */
function normalizer(core: CacheCore, { view, key, useShared }: LoadRequest): (value: unknown) => Promise<unknown> {
  return async (value) => {
    if (core.shared === undefined || !useShared || value === undefined) return value;
    try {
      return await view.codec.decode(await view.codec.encode(value, key), key);
    } catch {
      // It has no form there, so that it never came through it.
      return value;
    }
  };
}
