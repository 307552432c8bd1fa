import { channel } from 'node:diagnostics_channel';

/** A message on the channel `lockstep:memcache-proxy:failure`: a client did not get what it asked for. */
export interface ProxyFailure {
  /** `accept`: it was not let in, as when the system has no file for it. `reply`: a bug in its answer ended its connection. */
  readonly operation: 'read' | 'write' | 'accept' | 'reply';
  readonly error: Error;
}

/** The name of the diagnostics channel that every failed read and write is published on. */
export const FAILURE_CHANNEL: string = 'lockstep:memcache-proxy:failure';

const failures = channel(FAILURE_CHANNEL);

/** Publishes a failure; free when nobody listens. */
export function publishFailure(failure: ProxyFailure): void {
  if (failures.hasSubscribers) failures.publish(failure);
}
