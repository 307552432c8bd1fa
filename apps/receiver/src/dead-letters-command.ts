import { createRedisLog } from '@lockstep/invalidation';
import { createDeadLetters, type DeadLetters } from '@lockstep/replication';
import { type CommandIo, connectRedis, PoolSet, readCommandRegion, runCommand } from '@lockstep/service-kit';

import {
  type DeadLettersArguments,
  deadLettersCommand,
  deadLettersUsage,
  parseDeadLettersArguments,
} from './dead-letters-arguments.ts';
import { listDeadLetters } from './dead-letters-ls.ts';
import { settleDeadLetters } from './dead-letters-settle.ts';
import { createRoutedApplier } from './routed-applier.ts';

type Asked = Exclude<DeadLettersArguments, { readonly kind: 'help' }>;

interface Bundle extends AsyncDisposable {
  readonly letters: DeadLetters;
  /** Deletes a key in every pool of its class, and tells in-process caches. */
  readonly forget: (key: Buffer) => Promise<void>;
}

const deleteTimeoutMs = 2000;

/**
 * Runs `lockstep-receiver dead-letters …` and resolves with the exit code: 0; 1 when something failed; 2 for wrong
 * arguments. Never rejects for a mistake of the one who runs it, nor for a server that is away.
 *
 * @param args what comes after `dead-letters`.
 */
export function runDeadLettersCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(deadLettersCommand, io, async () => {
    const command = parseDeadLettersArguments(args);
    if (command.kind === 'help') {
      io.stdout.write(`${deadLettersUsage}\n`);
      return 0;
    }
    await using bundle = await openBundle(command, io);
    const { letters, forget } = bundle;
    if (command.kind === 'ls') return await listDeadLetters(letters, command, io);
    return await settleDeadLetters(letters, { ...command, forget }, io);
  });
}

async function openBundle(asked: Asked, io: CommandIo): Promise<Bundle> {
  const { topology, region, environment, logger } = await readCommandRegion(deadLettersCommand, asked, io);
  const name = asked.region;
  const password = environment.redisPassword(name);
  const client = connectRedis({ url: region.redis, password, name: deadLettersCommand, logger });
  const pools = new PoolSet(region, {});
  const applier = createRoutedApplier({ topology, get: (pool) => pools.get(pool) });
  const invalidations = createRedisLog({ client, namespace: name });
  return {
    letters: createDeadLetters({ client, region: name }),
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
