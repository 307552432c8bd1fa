import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import {
  createHttpTransport,
  createJournal,
  createReceiver,
  createReceiverHandler,
  createShipper,
} from '@lockstep/replication';
import { Redis } from 'ioredis';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { openEndpoint } from './http-endpoint.ts';
import type { Link } from './link.ts';
import { readNodes } from './surroundings.ts';

/** Ours: journal, shipper and receiver as an app wires them. */
export async function openLockstepLink(params: Params): Promise<Link> {
  const east = new Redis(requireParam(params, 'eastRedis'));
  const west = new Redis(requireParam(params, 'westRedis'));
  const pool = createPool({ ring: createRing(readNodes(params)) });
  const receiver = createReceiver({ client: west, region: 'west', applier: pool });
  const endpoint = await openEndpoint(createReceiverHandler({ receiver }));
  const transport = createHttpTransport({ url: endpoint.url });
  const shipper = createShipper({ client: east, region: 'east', links: [{ to: 'west', transport }] });
  const journal = createJournal({ client: east, region: 'east' });
  shipper.start();
  return {
    write: (operation) => journal.append(operation),
    arrived: () => receiver.stats().receivedOperations,
    async [Symbol.asyncDispose]() {
      await journal.close();
      await shipper.close();
      await transport.close();
      await endpoint[Symbol.asyncDispose]();
      await receiver.close();
      await pool.close();
      east.disconnect();
      west.disconnect();
    },
  };
}
