import type { ClusterClient } from './cluster-client.ts';
import {
  createGrantSubscription,
  type GrantSubscription,
  type GrantSubscriptionOptions,
} from './grant-subscription.ts';
import type { LockNames } from './lock-names.ts';
import { createSlotSubscription } from './slot-subscription.ts';
import type { SentAt } from './step.ts';

/** What to listen to. */
export interface ClusterSubscriptionOptions extends GrantSubscriptionOptions {
  readonly client: ClusterClient;
  readonly names: LockNames;
}

/** Between two nodes of a Cluster a push may be on its way for longer than the PING that was answered before it. */
const NEVER: SentAt = { sentAt: -Infinity, sentAtWall: -Infinity };

/** Hears in the slots of the locks, as Redis 7 can; where a node cannot, by one connection to any of them from then on. */
export function createClusterSubscription(options: ClusterSubscriptionOptions): GrantSubscription {
  const { channel, names, clock, onPush } = options;
  let whole: GrantSubscription | undefined;
  let waiting = 0;
  const slots = createSlotSubscription({
    ...options,
    onPush: (message) => onPush(message, NEVER),
    onUnsupported() {
      whole = createGrantSubscription(options);
      whole.setWaiting(waiting);
    },
  });
  const channelOf = (base: string): string => channel + names.slotSuffix(base);
  return {
    get receivers() {
      return whole === undefined ? 's' : whole.receivers;
    },
    isListeningTo: (base) => whole?.isListeningTo(base) ?? slots.isListeningTo(channelOf(base)),
    async ensure(base, ms) {
      const from = clock.monotonic();
      if (whole === undefined && (await slots.ensure(channelOf(base), ms))) return true;
      return whole?.ensure(base, from + ms - clock.monotonic()) ?? false;
    },
    setWaiting(count) {
      waiting = count;
      whole?.setWaiting(count);
    },
    waits: (base, owner) => slots.waits(channelOf(base), owner),
    left: (base, owner) => slots.left(channelOf(base), owner),
    close() {
      slots.close();
      whole?.close();
    },
  };
}
