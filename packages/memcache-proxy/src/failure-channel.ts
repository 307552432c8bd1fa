import { channel } from 'node:diagnostics_channel';

/** A message on the channel `lockstep:memcache-proxy:failure`: a client did not get what it asked for. */
export interface ProxyFailure {
  readonly operation: 'read' | 'write';
  readonly error: Error;
}

/** The name of the diagnostics channel that every failed read and write is published on. */
export const FAILURE_CHANNEL: string = 'lockstep:memcache-proxy:failure';

const failures = channel(FAILURE_CHANNEL);

/** Publishes a failure; free when nobody listens. */
export function publishFailure(failure: ProxyFailure): void {
  if (failures.hasSubscribers) failures.publish(failure);
}
