import { openWriteWatch, type WriteWatch } from '@lockstep/replication';
import {
  classOf,
  type CommandIo,
  commandMistake,
  connectRedis,
  mainPoolName,
  parseCommandLine,
  policyOf,
  PoolSet,
  readCommandRegion,
  regionOf,
  requireRegion,
  runCommand,
  type Topology,
} from '@lockstep/service-kit';

import { type WarmCounts, warmPool } from './warm-pool.ts';

const name = 'lockstep-receiver warm';
/** As the longest write that journals reckon with, and a second. */
const holdMs = 6000;
/** It ends with the process; what is on trial then goes by itself. */
const unending = new AbortController().signal;

const usage = [
  'Usage: lockstep-receiver warm --config FILE --region NAME --from REGION [--rate N] [--json]',
  '',
  'Fills the pools of a cold region from those of a warm one: walks over the keys there, and adds what is missing here.',
  'What anybody writes meanwhile is left out. Keys of classes with the policy none are not copied, nor pools that this',
  'region does not have by the same name; these are named on stderr.',
  '',
  '  --from REGION  the warm region',
  '  --rate N       keys per second (5000)',
  '  --json         the counts as one JSON object',
  '',
  'Exit code: 0; 1 when it failed; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  from: { type: 'string' },
  rate: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs `lockstep-receiver warm …` and resolves with the exit code. Never rejects.
 *
 * @param args what comes after `warm`.
 */
export function runWarmCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(name, io, async () => {
    const { values } = parseCommandLine(name, { args: [...args], options });
    if (values.help === true) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const where = requireRegion(name, values);
    const { from, rate = '5000' } = values;
    if (from === undefined || from === where.region) throw commandMistake(name, '--from must name another region');
    if (!/^[1-9]\d{0,6}$/.test(rate)) throw commandMistake(name, '--rate must be a positive whole number');
    const counts = await warm(where, { from, keysPerSecond: Number(rate) }, io);
    const { walked, added, passed, written } = counts;
    if (values.json === true) io.stdout.write(`${JSON.stringify(counts)}\n`);
    else
      io.stdout.write(`walked: ${walked}, added: ${added}, there already: ${passed}, written meanwhile: ${written}\n`);
    return 0;
  });
}

async function warm(
  where: ReturnType<typeof requireRegion>,
  { from, keysPerSecond }: { readonly from: string; readonly keysPerSecond: number },
  io: CommandIo,
): Promise<WarmCounts> {
  const { topology, region, environment, logger } = await readCommandRegion(name, where, io);
  const warmRegion = regionOf(topology, from);
  // The last that was opened is closed first.
  const opened: (() => unknown)[] = [];
  try {
    const clients = new Map(
      [...topology.regions.values()].map((one) => {
        const password = environment.redisPassword(one.name);
        const client = connectRedis({ url: one.redis, password, name, logger });
        opened.push(() => client.disconnect());
        return [one.name, client] as const;
      }),
    );
    const watches: WriteWatch[] = [];
    for (const [other, client] of clients) {
      // What the warm region has not applied yet is not in the values that are read there.
      const notAppliedIn = { client: clients.get(from)!, region: from };
      const watch = await openWriteWatch({ client, region: other, ...(other === from ? {} : { notAppliedIn }) });
      opened.push(() => watch[Symbol.asyncDispose]());
      watches.push(watch);
    }
    await Promise.all(watches.map((watch) => watch.catchUp()));
    const source = new PoolSet(warmRegion);
    opened.push(() => source[Symbol.asyncDispose]());
    const target = new PoolSet(region);
    opened.push(() => target[Symbol.asyncDispose]());
    for (const { name: pool } of source.entries()) {
      if (target.find(pool) !== undefined) continue;
      io.stderr.write(`${name}: the pool ${pool} of ${from} is left out: ${region.name} has none of that name\n`);
    }
    return await warmAll({ topology, source, target, watches, keysPerSecond });
  } finally {
    for (const close of opened.toReversed()) await close();
  }
}

async function warmAll({
  topology,
  source,
  target,
  watches,
  keysPerSecond,
}: Pick<Parameters<typeof warmPool>[0], 'watches' | 'keysPerSecond'> & {
  readonly topology: Topology;
  readonly source: PoolSet;
  readonly target: PoolSet;
}): Promise<WarmCounts> {
  const find = classOf(topology);
  const policy = policyOf(topology);
  const counts: WarmCounts = { walked: 0, added: 0, passed: 0, written: 0 };
  for (const { name: pool, settings } of source.entries()) {
    const into = target.find(pool);
    if (into === undefined) continue;
    await warmPool(
      {
        nodes: settings.nodes.map(({ host, port }) => (port === undefined ? { socketPath: host } : { host, port })),
        source: source.get(pool),
        target: into,
        isMeant: (key) => policy(key) !== 'none' && (find(key)?.pools ?? [mainPoolName]).includes(pool),
        watches,
        keysPerSecond,
        holdMs,
        signal: unending,
      },
      counts,
    );
  }
  return counts;
}
