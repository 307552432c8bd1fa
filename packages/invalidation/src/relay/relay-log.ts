import { type Clock, systemClock } from '@lockstep/core';
import { connect } from 'node:net';

import { InvalidationError } from '../invalidation-error.ts';
import type { ClearOptions, Follower, InvalidationLog, PublishOptions } from '../invalidation-log.ts';
import { toProvenance, toPublishRequest } from '../publish-request.ts';
import { shardOfKey } from '../shard-of-key.ts';
import type { RelayAddress } from './relay-connection.ts';
import { followRelay } from './relay-follower.ts';
import { createRelayRequests, type RequestBody, timeoutOf } from './relay-requests.ts';
import { checkedSocketPath } from './relay-socket.ts';
import type { RelayWire } from './relay-wire.ts';

/** Which relay to use. */
export interface RelayLogOptions {
  /** The unix socket that the relay listens on. */
  readonly path: string;
  /** The namespace of the log that it relays. */
  readonly namespace: string;
  /** How many shards that log has. @default 1 */
  readonly shards?: number;
  /** How long a publish, a ping and the way to a connection may take, in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
  /** Makes a connection to a path, for tests. @default a unix socket */
  readonly connect?: (path: string) => RelayWire;
}

/**
 * An invalidation log that is heard and published to through the relay of this host. Nothing is sent before the first
 * `publish`, `clear` or `follow`; where there is no relay yet, it is tried again.
 *
 * @throws RangeError for a bad path, an empty namespace, or `shards` or `timeoutMs` that is not positive.
 */
export function createRelayLog(options: RelayLogOptions): InvalidationLog {
  const { namespace, shards = 1, timeoutMs = 2000, clock = systemClock, random = Math.random } = options;
  if (namespace === '') throw new RangeError('namespace must not be empty');
  if (!(Number.isInteger(shards) && shards >= 1)) throw new RangeError(`shards must be at least 1, got ${shards}`);
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive, got ${timeoutMs}`);
  const address: RelayAddress = {
    path: checkedSocketPath(options.path),
    namespace,
    shards,
    timeoutMs,
    clock,
    random,
    connect: options.connect ?? connect,
  };
  const requests = createRelayRequests(address);
  const followers = new Set<Follower>();
  let closed: Promise<void> | undefined;

  function assertOpen(): void {
    if (closed !== undefined) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed');
  }

  function send(body: RequestBody, { signal, ...bounds }: PublishOptions): Promise<string> {
    return requests.request(body, { timeoutMs: timeoutOf(bounds, timeoutMs), signal });
  }

  async function end(): Promise<void> {
    await requests.close();
    await Promise.all(Array.from(followers, (follower) => follower.close()));
  }

  const log: InvalidationLog = {
    namespace,
    shards,
    shardOf: (key) => shardOfKey(key, shards),
    async publish(keys, publishOptions = {}) {
      assertOpen();
      const { texts, binaries, tags, origin, traceId } = toPublishRequest(keys, publishOptions);
      const body: RequestBody = {
        t: 'publish',
        k: texts,
        x: binaries.map((key) => key.toString('base64')),
        ...(tags.length > 0 && { g: tags }),
        ...saidBy({ origin, traceId, everywhere: publishOptions.everywhere }),
      };
      return send(body, publishOptions);
    },
    async clear(clearOptions: ClearOptions = {}) {
      assertOpen();
      const { everywhere } = clearOptions;
      return send({ t: 'clear', ...saidBy({ ...toProvenance(clearOptions), everywhere }) }, clearOptions);
    },
    follow(followOptions) {
      assertOpen();
      const follower = followRelay(address, { clock, ...followOptions }, (stopped) => void followers.delete(stopped));
      followers.add(follower);
      return follower;
    },
    close() {
      closed ??= end();
      return closed;
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}

function saidBy({ origin, traceId, everywhere }: Pick<PublishOptions, 'origin' | 'traceId' | 'everywhere'>): {
  o?: string;
  i?: string;
  everywhere?: true;
} {
  return {
    ...(origin !== undefined && { o: origin }),
    ...(traceId !== undefined && { i: traceId }),
    ...(everywhere === true && { everywhere }),
  };
}
