import { createRedisLog } from '@lockstep/invalidation';
import { createDeadLetters, type DeadLetters } from '@lockstep/replication';
import {
  connectRedis,
  createLogger,
  openTopologySource,
  parseTopology,
  PoolSet,
  readEnvironment,
  regionOf,
  ServiceError,
} from '@lockstep/service-kit';

import { type DeadLettersArguments, deadLettersUsage, parseDeadLettersArguments } from './dead-letters-arguments.ts';
import type { DeadLettersIo } from './dead-letters-io.ts';
import { listDeadLetters } from './dead-letters-ls.ts';
import { settleDeadLetters } from './dead-letters-settle.ts';
import { createRoutedApplier } from './routed-applier.ts';

type Asked = Exclude<DeadLettersArguments, { readonly kind: 'help' }>;

interface Bundle extends AsyncDisposable {
  readonly letters: DeadLetters;
  /** Deletes a key in every pool of its class, and tells in-process caches. */
  readonly forget: (key: Buffer) => Promise<void>;
}

const name = 'lockstep-receiver dead-letters';
const deleteTimeoutMs = 2000;

/**
 * Runs `lockstep-receiver dead-letters …` and resolves with the exit code: 0; 1 when something failed; 2 for wrong
 * arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `dead-letters`.
 */
export async function runDeadLettersCommand(args: readonly string[], io: DeadLettersIo): Promise<number> {
  try {
    const command = parseDeadLettersArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${deadLettersUsage}\n`);
      return 0;
    }
    await using bundle = await openBundle(command, io);
    const { letters, forget } = bundle;
    if (command.kind === 'ls') return await listDeadLetters(letters, command, io);
    return await settleDeadLetters(letters, { ...command, forget }, io);
  } catch (error) {
    const lines =
      error instanceof ServiceError
        ? error.problems
        : [`${name}: ${error instanceof Error ? error.message : String(error)}`];
    io.stderr.write(`${lines.join('\n')}\n`);
    return error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1;
  }
}

async function openBundle({ config, region: regionName }: Asked, { env }: DeadLettersIo): Promise<Bundle> {
  const environment = readEnvironment(env);
  // What goes wrong is printed as the answer of the command.
  const logger = createLogger({ name, level: 'silent' });
  await using source = openTopologySource(config, { environment, logger, name, region: regionName });
  const topology = parseTopology((await source.read()) ?? '', source.name);
  const region = regionOf(topology, regionName);
  const client = connectRedis({ url: region.redis, password: environment.redisPassword(regionName), name, logger });
  const pools = new PoolSet(region, {});
  const applier = createRoutedApplier({ topology, get: (pool) => pools.get(pool) });
  const invalidations = createRedisLog({ client, namespace: regionName });
  return {
    letters: createDeadLetters({ client, region: regionName }),
    async forget(key) {
      await applier.applyBatch([{ kind: 'delete', key }], { timeoutMs: deleteTimeoutMs });
      await invalidations.publish([key]);
    },
    async [Symbol.asyncDispose]() {
      await invalidations.close();
      await pools[Symbol.asyncDispose]();
      client.disconnect();
    },
  };
}
