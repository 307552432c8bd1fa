import { describeError, withDeadline } from '@lockstep/core';
import { createLocks, type Locks } from '@lockstep/lock';
import {
  connectRedis,
  type ConsumerRegion,
  createLogger,
  openTopologySource,
  parseTopology,
  readEnvironment,
  regionOf,
  ServiceError,
} from '@lockstep/service-kit';
import type { Redis } from 'ioredis';

import { consumerOf } from '../consumer-of.ts';
import { locksPrefixOf } from '../locks-prefix.ts';
import { readQueueStatus } from './read-queue-status.ts';
import { renderStatus } from './render-status.ts';
import { parseStatusArguments, type StatusArguments, statusUsage } from './status-arguments.ts';
import type { QueueStatus } from './queue-status.ts';

/** Where the command writes, and what it reads. */
export interface StatusCommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

const name = 'lockstep-consumer status';
const deadlineMs = 5000;

/**
 * Runs `lockstep-consumer status …` and resolves with the exit code: 0; 1 when something failed or nobody leads a queue;
 * 2 for wrong arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `status`.
 */
export async function runStatusCommand(args: readonly string[], io: StatusCommandIo): Promise<number> {
  try {
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
  } catch (error) {
    const lines = error instanceof ServiceError ? error.problems : [`${name}: ${describeError(error)}`];
    io.stderr.write(`${lines.join('\n')}\n`);
    return error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1;
  }
}

async function readAll(
  { config, region: regionName }: Extract<StatusArguments, { kind: 'status' }>,
  { env }: StatusCommandIo,
): Promise<QueueStatus[]> {
  const environment = readEnvironment(env);
  // What goes wrong is printed as the answer of the command.
  const logger = createLogger({ name, level: 'silent' });
  await using source = openTopologySource(config, { environment, logger, name, region: regionName });
  const topology = parseTopology((await source.read()) ?? '', source.name);
  const region = regionOf(topology, regionName);
  const { queues } = consumerOf(topology, region);
  const client = connectRedis({ url: region.redis, password: environment.redisPassword(regionName), name, logger });
  const locks = createLocks({ client, prefix: locksPrefixOf(regionName) });
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
