import { setTimeout as pause } from 'node:timers/promises';

import { reshardJournal, type ReshardState } from '@lockstep/replication';
import {
  type CommandIo,
  commandMistake,
  connectRedis,
  parseCommandLine,
  readCommandRegion,
  requireRegion,
  runCommand,
} from '@lockstep/service-kit';

const name = 'lockstep-shipper reshard';
const lookMs = 500;

const usage = [
  'Usage: lockstep-shipper reshard --config FILE --region NAME --shards N [--no-wait] [--json]',
  '',
  'Changes the number of shards of the journal of a region while it is in use. The running shippers of the region carry it',
  'out; the status shows how far they are. It may be ended and run again at any time.',
  '',
  '  --shards N  1 to 65536; in all, as many shards may be used in the life of a journal',
  '  --no-wait   does not wait until it is done',
  '  --json      one JSON object: from, to, isDone',
  '',
  'Exit code: 0; 1 when it failed, such as while another change is under way; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  shards: { type: 'string' },
  'no-wait': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs `lockstep-shipper reshard …` and resolves with the exit code. Never rejects.
 *
 * @param args what comes after `reshard`.
 */
export function runReshardCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(name, io, async () => {
    const { values } = parseCommandLine(name, { args: [...args], options });
    if (values.help === true) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const where = requireRegion(name, values);
    const shards = Number(values.shards);
    if (!/^\d{1,5}$/.test(values.shards ?? '') || shards < 1 || shards > 65_536)
      throw commandMistake(name, '--shards must be 1 to 65536');
    const { region, environment, logger } = await readCommandRegion(name, where, io);
    const client = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
    try {
      const ask = (): Promise<ReshardState> => reshardJournal({ client, region: region.name, shards });
      let state = await ask();
      const { from } = state;
      while (!state.isDone && values['no-wait'] !== true) {
        await pause(lookMs);
        state = await ask();
      }
      if (values.json === true) io.stdout.write(`${JSON.stringify({ ...state, from })}\n`);
      else io.stdout.write(`${say(from, state)}\n`);
      return 0;
    } finally {
      client.disconnect();
    }
  });
}

function say(from: number, { to, isDone }: ReshardState): string {
  if (isDone && from === to) return `the journal has ${to} shards`;
  return isDone
    ? `the journal has ${to} shards now, ${from} before`
    : `the journal changes from ${from} to ${to} shards`;
}
