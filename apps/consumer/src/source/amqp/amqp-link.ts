import { type Channel, type ChannelModel, connect, type ConsumeMessage, type Options } from 'amqplib';
import { type Clock, sleep, withDeadline } from '@lockstep/core';

import { ConsumerError } from '../../consumer-error.ts';

/** Which broker. */
export interface AmqpBroker {
  /** `amqp://` or `amqps://`, without a password. */
  readonly url: string;
  /** @default that of the broker's guest, where the URL names no user */
  readonly password?: string | undefined;
  /** Seconds after which a silent peer is taken for dead; the broker does so within two to three times that. */
  readonly heartbeatSeconds: number;
}

/** How a queue is attached to. */
export interface AttachOptions {
  readonly queue: string;
  /** How many messages the broker hands out before they are acknowledged. */
  readonly prefetch: number;
  readonly onMessage: (message: ConsumeMessage) => void;
  /** Told once when the link has ended and was not closed. */
  readonly onEnd: (error: Error) => void;
  /** Told once when somebody else has consumed the queue for longer than a dead leader stays. */
  readonly onTrouble: (what: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A connection of its own, with the only consumer of a queue on it. */
export interface AmqpLink {
  readonly channel: Channel;
  close(): Promise<void>;
}

/** For one answer of the broker. */
const timeoutMs = 5000;
const closeTimeoutMs = 1000;
const retryMs = 100;
/** The broker throws out one that stands still within two to three heartbeats: whoever is there for longer lives. */
const deadHeartbeats = 3;

/**
 * Connects, and waits until nobody else consumes the queue. The broker lets one exclusive consumer in at a time; one that
 * stands still is thrown out by its heartbeat, and what it had is in its old place in the queue before the next is let in.
 *
 * @throws ConsumerError `ERR_CONSUMER_SOURCE`, also where the user of the URL may not read the queue; or the reason of the
 *   signal.
 */
export async function attachExclusively(broker: AmqpBroker, options: AttachOptions): Promise<AmqpLink> {
  const { queue, prefetch, onMessage, onEnd, onTrouble, signal, clock } = options;
  signal.throwIfAborted();
  const onTimeout = (): Error => new Error(`no answer within ${timeoutMs} ms`);
  const within = <T>(promise: Promise<T>): Promise<T> =>
    withDeadline(promise, { ms: timeoutMs, signal, onTimeout, clock });
  const fail = (error: unknown, where: string): never => {
    if (signal.aborted) throw signal.reason;
    return toSourceFailure(error, where);
  };
  const connecting = connect(connectionOf(broker), { timeout: timeoutMs, noDelay: true });
  const model = await within(connecting).catch((error: unknown) => {
    // One that comes after all is not wanted any more.
    void connecting.then((late) => closeModel(late, clock)).catch(() => undefined);
    return fail(error, 'the broker');
  });
  let isClosing = false;
  const end = (error?: Error): void => {
    if (isClosing) return;
    isClosing = true;
    onEnd(new ConsumerError('ERR_CONSUMER_SOURCE', 'the connection to the broker has ended', { cause: error }));
    void closeModel(model, clock);
  };
  model.on('error', end);
  model.on('close', end);
  const close = async (): Promise<void> => {
    isClosing = true;
    await closeModel(model, clock);
  };
  const patienceSeconds = deadHeartbeats * broker.heartbeatSeconds;
  const from = clock.monotonic();
  let isTold = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const channel = await within(model.createChannel());
      let refusal: Error | undefined;
      // A refusal closes the channel and rejects `consume`; it comes here as well.
      channel.on('error', (error) => (refusal = error));
      await within(channel.prefetch(prefetch));
      try {
        const onDelivery = (message: ConsumeMessage | null): void => (message === null ? end() : onMessage(message));
        await within(channel.consume(queue, onDelivery, { exclusive: true, noAck: false }));
        channel.on('close', () => end(refusal));
        return { channel, close };
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
      if (!isTold && clock.monotonic() - from > 1000 * patienceSeconds) {
        isTold = true;
        onTrouble(
          `somebody else has consumed the queue "${queue}" for ${patienceSeconds} s: this leader waits for its end`,
        );
      }
      await sleep(retryMs, { signal, clock });
    }
  } catch (error) {
    await close();
    return fail(error, `the queue "${queue}" of the broker`);
  }
}

function connectionOf({ url, password, heartbeatSeconds }: AmqpBroker): Options.Connect {
  const { protocol, hostname, port, username, pathname } = new URL(url);
  return {
    protocol: protocol.slice(0, -1),
    hostname: hostname.replaceAll(/^\[|\]$/gu, ''),
    heartbeat: heartbeatSeconds,
    ...(port === '' ? {} : { port: Number(port) }),
    // The client takes care of percent-escapes.
    ...(pathname.length > 1 ? { vhost: pathname.slice(1) } : {}),
    username: username === '' ? 'guest' : decodeURIComponent(username),
    password: password ?? 'guest',
  };
}

/** Whether the broker says that somebody else consumes. Where a user may not read a queue it answers with the same code. */
function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && (error as { code?: unknown }).code === 403 && /in exclusive use"?$/u.test(error.message)
  );
}

/** Gives a broker that does not answer a second; its own heartbeat ends the connection then. */
async function closeModel(model: ChannelModel, clock: Clock): Promise<void> {
  const onTimeout = (): Error => new Error('no answer');
  await withDeadline(model.close(), { ms: closeTimeoutMs, onTimeout, clock }).catch(() => undefined);
}

/** The broker's own words name queues, hosts and users, never messages. */
function toSourceFailure(error: unknown, where: string): never {
  if (error instanceof ConsumerError) throw error;
  const text = error instanceof Error ? error.message : String(error);
  throw new ConsumerError('ERR_CONSUMER_SOURCE', `${where}: ${text}`, { cause: error });
}
