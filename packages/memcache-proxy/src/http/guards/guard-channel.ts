import { channel } from 'node:diagnostics_channel';

import type { MemcacheProxyErrorCode } from '../../memcache-proxy-error.ts';

/** A message on the channel `lockstep:memcache-proxy:guard`: what a guard refused, or could not do. */
export type GuardEvent =
  | {
      readonly kind: 'refused';
      readonly code: MemcacheProxyErrorCode;
      readonly method: string;
      /** The pattern of the route, never the URL; empty where no route matched. */
      readonly route: string;
    }
  /** The Redis of the limits did not answer; requests pass or not as `whenAway` says. */
  | { readonly kind: 'limits-away'; readonly error: Error }
  /** The store of the bans could not be read; those that are known stay in force. */
  | { readonly kind: 'ban-store-failed'; readonly error: Error };

/** The name of the diagnostics channel that carries a `GuardEvent`. */
export const GUARD_CHANNEL: string = 'lockstep:memcache-proxy:guard';

const events = channel(GUARD_CHANNEL);

/** Publishes an event; free when nobody listens. */
export function publishGuardEvent(event: GuardEvent): void {
  if (events.hasSubscribers) events.publish(event);
}
