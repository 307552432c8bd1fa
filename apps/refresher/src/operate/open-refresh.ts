import { createLocks, type Locks } from '@lockstep/lock';
import { createRedisSwitches, type SourceSwitches } from '@lockstep/refresh';
import { type BullRefreshQueue, createBullQueue } from '@lockstep/refresh/bullmq';
import {
  type CommandIo,
  connectRedis,
  readCommandRegion,
  type RefreshRegion,
  type RegionArguments,
} from '@lockstep/service-kit';

import { queueOptionsOf } from '../queue-options.ts';
import { refreshOf } from '../refresh-of.ts';

/** What the commands work on. */
export interface RefreshBundle extends AsyncDisposable {
  readonly refresh: RefreshRegion;
  readonly queue: BullRefreshQueue;
  readonly switches: SourceSwitches;
  readonly locks: Locks;
}

/** How long one call may take, in milliseconds: somebody sits before it. */
const callTimeoutMs = 5000;

/** Opens what the refreshers of a region share. */
export async function openRefresh(command: string, place: RegionArguments, io: CommandIo): Promise<RefreshBundle> {
  const { topology, region, environment, logger } = await readCommandRegion(command, place, io);
  const refresh = refreshOf(topology, region);
  const password = environment.redisPassword(region.name);
  const client = connectRedis({ url: region.redis, password, name: command, logger });
  const queue = createBullQueue({ redis: client, ...queueOptionsOf(refresh), callTimeoutMs });
  const locks = createLocks({ client });
  return {
    refresh,
    queue,
    switches: createRedisSwitches({ redis: client, timeoutMs: callTimeoutMs }),
    locks,
    async [Symbol.asyncDispose]() {
      await queue.close();
      await locks.close({ drainMs: 0 });
      client.disconnect();
    },
  };
}
