import { setTimeout as pause } from 'node:timers/promises';

import { describeError } from '@lockstep/core';
import { ReplicationError, reshardJournal, type ReshardState } from '@lockstep/replication';
import {
  type CommandIo,
  commandMistake,
  connectRedis,
  parseCommandLine,
  readCommandRegion,
  type Region,
  requireRegion,
  runCommand,
} from '@lockstep/service-kit';

import { askLinks } from './ask-links.ts';
import { parseUrl } from './parse-url.ts';

const name = 'lockstep-shipper reshard';
const lookMs = 500;
const defaultSeconds = 300;
const maxSeconds = 86_400;
/** Not done yet, and still going on. */
const notYet = 3;
const goesOn = 'the change goes on, and the same command waits for it again';

const usage = [
  'Usage: lockstep-shipper reshard --config FILE --region NAME --shards N [--timeout SECONDS] [--no-wait] [--url URL] [--json]',
  '',
  'Changes the number of shards of the journal of a region while it is in use. The running shippers of the region carry it',
  'out; the status shows how far they are. It may be ended and run again at any time.',
  '',
  '  --shards N         1 to 65536; in all, as many shards may be used in the life of a journal',
  `  --timeout SECONDS  how long it waits until that is done, 1 to ${maxSeconds}; ${defaultSeconds} unless it is given`,
  '  --no-wait          does not wait',
  '  --url URL          where the shipper answers, when that is not where the topology has it listen: it is asked what is',
  '                     left when the time is over',
  '  --json             one JSON object: from, to, isDone',
  '',
  'Exit code: 0; 1 when it failed, such as while another change is under way; 2 for wrong arguments; 3 when the time was',
  'over before the change was: it goes on, and the same command waits for it again.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  shards: { type: 'string' },
  timeout: { type: 'string' },
  'no-wait': { type: 'boolean' },
  url: { type: 'string' },
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
    const { timeout = String(defaultSeconds) } = values;
    const seconds = Number(timeout);
    if (!/^\d{1,5}$/.test(timeout) || seconds < 1 || seconds > maxSeconds)
      throw commandMistake(name, `--timeout must be 1 to ${maxSeconds} seconds`);
    const url = parseUrl(name, values.url);
    const { region, environment, logger } = await readCommandRegion(name, where, io);
    const client = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
    try {
      const ask = (): Promise<ReshardState> => reshardJournal({ client, region: region.name, shards });
      let state = await ask();
      const { from } = state;
      const giveUpAt = performance.now() + 1000 * seconds;
      while (!state.isDone && values['no-wait'] !== true && performance.now() < giveUpAt) {
        await pause(Math.min(lookMs, Math.max(1, giveUpAt - performance.now())));
        state = await ask().catch((error: unknown) => {
          // The change is written down already, and does not end with this.
          if (error instanceof ReplicationError && error.code === 'ERR_REPLICATION_REDIS') return state;
          throw error;
        });
      }
      if (values.json === true) io.stdout.write(`${JSON.stringify({ ...state, from })}\n`);
      else io.stdout.write(`${say(from, state)}\n`);
      if (state.isDone || values['no-wait'] === true) return 0;
      io.stderr.write(`${name}: not done after ${seconds} s: ${await whatIsLeft(region, url)}; ${goesOn}\n`);
      return notYet;
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

/** What the shippers of a region have still to do, as the running one says. */
async function whatIsLeft(region: Region, url: URL | undefined): Promise<string> {
  try {
    const links = await askLinks(region, url);
    const left = links.flatMap(({ to, reshard, lastError }) => {
      if (reshard === undefined || reshard.shardsLeft === 0) return [];
      const reason = lastError === undefined ? '' : `, and its link fails: ${lastError}`;
      return [`${to} has not applied ${reshard.shardsLeft} of the ${reshard.from} old shards${reason}`];
    });
    return left.length === 0 ? 'the shippers of the region have not finished it' : left.join('; ');
  } catch (error) {
    return describeError(error);
  }
}
