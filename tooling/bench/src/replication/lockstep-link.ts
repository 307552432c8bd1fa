import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import {
  type Compression,
  createHttpTransport,
  createJournal,
  createReceiver,
  createReceiverHandler,
  createShipper,
  type Shipper,
} from '@lockstep/replication';
import { Redis } from 'ioredis';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { openEndpoint } from './http-endpoint.ts';
import type { Link } from './link.ts';
import { readNodes } from './surroundings.ts';

/** A backlog is carried whole: nothing of it becomes a delete. */
const room = { maxStreamBytes: 2 ** 32, maxQueueBytes: 2 ** 26, timeoutMs: 30_000 };

/** Ours between regions that are near: nothing is compressed, as in the other designs. */
export function openNearLockstepLink(params: Params): Promise<Link> {
  return openLockstepLink(params, 'identity');
}

/** Ours: journal, shipper and receiver as an app wires them. */
export async function openLockstepLink(params: Params, compression?: Compression): Promise<Link> {
  const east = new Redis(requireParam(params, 'eastRedis'));
  const west = new Redis(requireParam(params, 'westRedis'));
  const pool = createPool({ ring: createRing(readNodes(params)) });
  const receiver = createReceiver({ client: west, region: 'west', applier: pool });
  const endpoint = await openEndpoint(createReceiverHandler({ receiver }), Number(params['lockstepPort'] ?? 0));
  const url = params['lockstepUrl'] ?? endpoint.url;
  const transport = createHttpTransport({ url, ...(compression === undefined ? {} : { compression }) });
  const ship = (): Shipper => {
    const started = createShipper({ client: east, region: 'east', links: [{ to: 'west', transport }] });
    started.start();
    return started;
  };
  const journal = createJournal({ client: east, region: 'east', ...room });
  let shipper: Shipper | undefined = ship();
  return {
    async pause() {
      await shipper?.close();
      shipper = undefined;
    },
    resume() {
      shipper ??= ship();
    },
    write: (operation) => journal.append(operation),
    arrived: () => receiver.stats().receivedOperations,
    async [Symbol.asyncDispose]() {
      await journal.close();
      await shipper?.close();
      await transport.close();
      await endpoint[Symbol.asyncDispose]();
      await receiver.close();
      await pool.close();
      east.disconnect();
      west.disconnect();
    },
  };
}
