import { withDeadline } from '@lockstep/core';
import { createLocks, type Locks } from '@lockstep/lock';
import {
  type CommandIo,
  connectRedis,
  type ConsumerRegion,
  readCommandRegion,
  runCommand,
} from '@lockstep/service-kit';
import type { Redis } from 'ioredis';

import { consumerOf } from '../consumer-of.ts';
import { locksPrefixOf } from '../locks-prefix.ts';
import { readQueueStatus } from './read-queue-status.ts';
import { renderStatus } from './render-status.ts';
import { parseStatusArguments, type StatusArguments, statusCommand, statusUsage } from './status-arguments.ts';
import type { QueueStatus } from './queue-status.ts';

const deadlineMs = 5000;

/**
 * Runs `lockstep-consumer status …` and resolves with the exit code: 0; 1 when something failed or nobody leads a queue;
 * 2 for wrong arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `status`.
 */
export function runStatusCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(statusCommand, io, async () => {
    const command = parseStatusArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${statusUsage}\n`);
      return 0;
    }
    const queues = await readAll(command, io);
    io.stdout.write(
      `${command.json ? queues.map((queue) => JSON.stringify(queue)).join('\n') : renderStatus(queues)}\n`,
    );
    return queues.every(({ leader }) => leader !== undefined) ? 0 : 1;
  });
}

async function readAll(command: Extract<StatusArguments, { kind: 'status' }>, io: CommandIo): Promise<QueueStatus[]> {
  const { topology, region, environment, logger } = await readCommandRegion(statusCommand, command, io);
  const { queues } = consumerOf(topology, region);
  const password = environment.redisPassword(command.region);
  const client = connectRedis({ url: region.redis, password, name: statusCommand, logger });
  const locks = createLocks({ client, prefix: locksPrefixOf(command.region) });
  try {
    const onTimeout = (): Error => new Error(`redis at ${region.redisAddress} did not answer within ${deadlineMs} ms`);
    return await withDeadline(askAll(queues, client, locks), { ms: deadlineMs, onTimeout });
  } finally {
    await locks.close({ drainMs: 0 });
    client.disconnect();
  }
}

function askAll(queues: ConsumerRegion['queues'], client: Redis, locks: Locks): Promise<QueueStatus[]> {
  return Promise.all(
    [...queues].map(async ([queue, section]) => {
      // Without work it only watches.
      await using election = locks.elect(`consumer:${queue}`, {});
      return await readQueueStatus(queue, section, { client, leader: () => election.leader() });
    }),
  );
}
