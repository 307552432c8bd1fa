import { describeError } from '@lockstep/core';
import { createPoolDeletes, createSpool, type Spool } from '@lockstep/memcache-proxy';
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

import { createReplayPool } from './replay-pool.ts';
import type { SpoolCommandIo } from './spool-command-io.ts';
import { parseSpoolArguments, spoolUsage, type SpoolArguments } from './spool-command-arguments.ts';
import { listSpool } from './spool-command-ls.ts';
import { replaySpool } from './spool-command-replay.ts';

/** What the commands work on. */
export interface SpoolBundle extends AsyncDisposable {
  readonly spool: Spool;
  readonly pools: PoolSet;
}

const name = 'lockstep-proxy spool';

/**
 * Runs `lockstep-proxy spool …` and resolves with the exit code: 0; 1 when something failed, or is left after a
 * replay; 2 for wrong arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `spool`.
 */
export async function runSpoolCommand(args: readonly string[], io: SpoolCommandIo): Promise<number> {
  try {
    const command = parseSpoolArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${spoolUsage}\n`);
      return 0;
    }
    await using bundle = await openBundle(command, io);
    return await (command.kind === 'ls' ? listSpool(bundle, command, io) : replaySpool(bundle, command, io));
  } catch (error) {
    const lines = error instanceof ServiceError ? error.problems : [`${name}: ${describeError(error)}`];
    io.stderr.write(`${lines.join('\n')}\n`);
    return error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1;
  }
}

async function openBundle(
  { config, region: regionName }: Exclude<SpoolArguments, { readonly kind: 'help' }>,
  { env }: SpoolCommandIo,
): Promise<SpoolBundle> {
  const environment = readEnvironment(env);
  // What goes wrong is printed as the answer of the command.
  const logger = createLogger({ name, level: 'silent' });
  await using source = openTopologySource(config, { environment, logger, name, region: regionName });
  const region = regionOf(parseTopology((await source.read()) ?? '', source.name), regionName);
  const { spool: settings } = region.proxy;
  if (settings === undefined) {
    const problem = `region ${regionName} of ${source.name} has no proxy.spool, so its proxies keep no failed deletes`;
    throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [problem]);
  }
  const client = connectRedis({ url: region.redis, password: environment.redisPassword(regionName), name, logger });
  const pools = new PoolSet(region, { create: createReplayPool });
  const target = createPoolDeletes((pool) => pools.find(pool));
  const { directory } = settings;
  const spool = createSpool({ client, namespace: regionName, directory, target, redisTimeoutMs: 5000 });
  return {
    spool,
    pools,
    async [Symbol.asyncDispose]() {
      await spool.close();
      await pools[Symbol.asyncDispose]();
      client.disconnect();
    },
  };
}
