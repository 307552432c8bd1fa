import { createPoolDeletes, createSpool, type Spool } from '@lockstep/memcache-proxy';
import {
  type CommandIo,
  connectRedis,
  PoolSet,
  readCommandRegion,
  runCommand,
  ServiceError,
} from '@lockstep/service-kit';

import { createReplayPool } from './replay-pool.ts';
import { parseSpoolArguments, type SpoolArguments, spoolCommand, spoolUsage } from './spool-command-arguments.ts';
import { listSpool } from './spool-command-ls.ts';
import { replaySpool } from './spool-command-replay.ts';

/** What the commands work on. */
export interface SpoolBundle extends AsyncDisposable {
  readonly spool: Spool;
  readonly pools: PoolSet;
}

/**
 * Runs `lockstep-proxy spool …` and resolves with the exit code: 0; 1 when something failed, or is left after a
 * replay; 2 for wrong arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `spool`.
 */
export function runSpoolCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(spoolCommand, io, async () => {
    const command = parseSpoolArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${spoolUsage}\n`);
      return 0;
    }
    await using bundle = await openBundle(command, io);
    return await (command.kind === 'ls' ? listSpool(bundle, command, io) : replaySpool(bundle, command, io));
  });
}

async function openBundle(
  asked: Exclude<SpoolArguments, { readonly kind: 'help' }>,
  io: CommandIo,
): Promise<SpoolBundle> {
  const { region, source, environment, logger } = await readCommandRegion(spoolCommand, asked, io);
  const name = asked.region;
  const { spool: settings } = region.proxy;
  if (settings === undefined) {
    const problem = `region ${name} of ${source} has no proxy.spool, so its proxies keep no failed deletes`;
    throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [problem]);
  }
  const password = environment.redisPassword(name);
  const client = connectRedis({ url: region.redis, password, name: spoolCommand, logger });
  const pools = new PoolSet(region, { create: createReplayPool });
  const target = createPoolDeletes((pool) => pools.find(pool));
  const { directory } = settings;
  const spool = createSpool({ client, namespace: name, directory, target, redisTimeoutMs: 5000 });
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
