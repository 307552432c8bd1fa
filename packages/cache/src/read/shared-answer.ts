import { toError } from '@lockstep/core';
import type { MaybePromise } from '../codecs/codec.ts';
import type { SharedValue } from '../shared/shared-tier.ts';
import type { CacheCore } from './cache-core.ts';
import type { LoadRequest } from './load-request.ts';
import type { TagVerdict } from './tag-ledger.ts';

/** A shared value, judged. */
export type Judged =
  /** It can be served. */
  | { readonly kind: 'good'; readonly value: unknown; readonly isFresh: boolean }
  /** It must not be served: invalidated by a tag, or unreadable. */
  | { readonly kind: 'bad' };

/** Judges a shared value by its tags, and decodes it: at once, where nobody has to be asked and the codec needs no time. */
export function judge(core: CacheCore, request: LoadRequest, shared: SharedValue): MaybePromise<Judged> {
  const verdict = verdictOn(core, shared);
  if (verdict !== 'unknown') return verdict === 'fresh' ? decoded(core, request, shared) : BAD;
  return askTags(core, request, shared).then((isFresh) => (isFresh ? decoded(core, request, shared) : BAD));
}

const BAD: Judged = { kind: 'bad' };

function decoded(core: CacheCore, request: LoadRequest, shared: SharedValue): MaybePromise<Judged> {
  const isFresh = shared.freshForMs > request.minFreshMs;
  try {
    const value = request.view.codec.decode(shared.bytes, request.key);
    return value instanceof Promise ? decodedLater(core, value, isFresh) : { kind: 'good', value, isFresh };
  } catch (error) {
    return unreadable(core, error);
  }
}

async function decodedLater(core: CacheCore, decoding: Promise<unknown>, isFresh: boolean): Promise<Judged> {
  try {
    return { kind: 'good', value: await decoding, isFresh };
  } catch (error) {
    return unreadable(core, error);
  }
}

function unreadable(core: CacheCore, error: unknown): Judged {
  core.onError(toError(error));
  return BAD;
}

/** What this process has heard is enough while it hears, as far back as it goes. */
function verdictOn({ pending, follower, gate, ledger }: CacheCore, shared: SharedValue): TagVerdict {
  const { tags, tagEpoch, tagSequence } = shared;
  if (tags.length === 0) return 'fresh';
  if (pending.hasTag(tags)) return 'stale';
  if (tagEpoch !== follower.epoch(0) || gate.moment() === Infinity) return 'unknown';
  return ledger.verdict(tags, tagSequence, follower.sequence(0));
}

async function askTags(core: CacheCore, request: LoadRequest, shared: SharedValue): Promise<boolean> {
  const { tags, tagEpoch, tagSequence } = shared;
  const bound = { timeoutMs: request.policy.sharedTimeoutMs, form: request.view.form };
  const asked = core.shared?.isTagFresh({ tags, tagEpoch, tagSequence }, bound);
  if ((await asked) !== true) return false;
  if (tagEpoch === core.follower.epoch(0)) core.ledger.learn(tags, tagSequence);
  return true;
}
