import type { FollowOptions } from '@lockstep/invalidation';

import { publishHeard, publishReset } from '../channels.ts';
import { isMarkedDropped, readMark } from '../write/fence-mark.ts';
import { type CacheCore, forgetAll, forgetKey, forgetTag } from './cache-core.ts';

/** What a cache does with what its follower hears. */
export function hearingOf(core: () => CacheCore): Pick<FollowOptions, 'onInvalidate' | 'onReset'> {
  return {
    onInvalidate(keys, _position, entry) {
      const { stats, ledger, fences, shared } = core();
      const mark = readMark(entry.origin);
      stats.keysHeard += keys.length;
      if (shared?.dropMark !== undefined && !isMarkedDropped(entry.origin, shared.dropMark)) shared.heard?.(keys);
      for (const key of keys) {
        if (mark?.kind === 'raise') fences.raise(key, mark.id, mark.ttlMs);
        else if (mark?.kind === 'lift') fences.lift(key, mark.id);
        forgetKey(core(), key);
      }
      for (const tag of entry.tags) {
        ledger.note(tag, entry.sequence);
        forgetTag(core(), tag);
      }
      publishHeard(entry);
    },
    onReset(reason) {
      const { stats, ledger, gate, follower } = core();
      stats.resets++;
      ledger.reset();
      if (follower.epoch(0) !== '') ledger.begin(follower.sequence(0));
      forgetAll(core());
      gate.recheck();
      publishReset(reason);
    },
  };
}
