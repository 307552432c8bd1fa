import { channel } from 'node:diagnostics_channel';

/** A message of `lockstep:refresh:queue-error`: something failed that no call could report. */
export interface QueueErrorMessage {
  /** The name of the queue. */
  readonly queue: string;
  readonly error: Error;
}

const errors = channel('lockstep:refresh:queue-error');

/** Tells whoever listens. */
export function publishQueueError(message: QueueErrorMessage): void {
  if (errors.hasSubscribers) errors.publish(message);
}
