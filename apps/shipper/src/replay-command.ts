import { createJournal, replayJournal } from '@lockstep/replication';
import {
  classOf,
  type CommandIo,
  commandMistake,
  connectRedis,
  linksFrom,
  parseCommandLine,
  readCommandRegion,
  requireRegion,
  runCommand,
} from '@lockstep/service-kit';

const name = 'lockstep-shipper replay';

const usage = [
  'Usage: lockstep-shipper replay --config FILE --region NAME --from ID [--json]',
  '',
  'Has every key that was written in the region after an entry of its journal deleted in all other regions again, for',
  'what they may have missed. Values are not sent again: by now they could be older than what is there.',
  '',
  '  --from ID  id of an entry, as a cursor of the status, or milliseconds since the epoch',
  '  --json     one JSON object per shard',
  '',
  'Exit code: 0; 1 when it failed, or the journal does not reach back so far; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs `lockstep-shipper replay …` and resolves with the exit code. Never rejects.
 *
 * @param args what comes after `replay`.
 */
export function runReplayCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(name, io, async () => {
    const { values } = parseCommandLine(name, { args: [...args], options });
    if (values.help === true) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const where = requireRegion(name, values);
    const { from } = values;
    if (from === undefined || !/^\d{1,20}(-\d{1,20})?$/.test(from)) {
      throw commandMistake(name, `--from must be an id such as 1795307096847-0, or milliseconds`);
    }
    const { topology, region, environment, logger } = await readCommandRegion(name, where, io);
    const client = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
    const find = classOf(topology);
    const journal = createJournal({
      ...region.journal,
      client,
      region: region.name,
      classOf: (key) => find(key)?.prefix ?? '',
      peers: linksFrom(topology, region.name).map(({ to }) => to),
    });
    try {
      let [keys, isComplete] = [0, true];
      for await (const shard of replayJournal({ client, region: region.name, journal, from })) {
        if (values.json === true) io.stdout.write(`${JSON.stringify(shard)}\n`);
        keys += shard.keys;
        isComplete &&= shard.isComplete;
      }
      if (values.json !== true) io.stdout.write(`deleted again: ${keys} keys\n`);
      if (!isComplete)
        io.stderr.write(`${name}: the journal does not reach back to ${from}: older writes were trimmed\n`);
      return isComplete ? 0 : 1;
    } finally {
      await journal.close();
      client.disconnect();
    }
  });
}
