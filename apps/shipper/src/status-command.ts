import type { ShardStatus } from '@lockstep/replication';
import { type CommandIo, parseCommandLine, readCommandRegion, requireRegion, runCommand } from '@lockstep/service-kit';

import { askLinks } from './ask-links.ts';
import { parseUrl } from './parse-url.ts';
import type { ShownLink } from './status-route.ts';

const name = 'lockstep-shipper status';

const usage = [
  'Usage: lockstep-shipper status --config FILE --region NAME [--url URL] [--json] [--shards]',
  '',
  'Asks the running shipper of a region how its links stand.',
  '',
  '  --url URL  where the shipper answers, when that is not where the topology has it listen',
  '  --shards   a line for each shard as well',
  '  --json     what the shipper answers, as it is',
  '',
  'Exit code: 0; 1 when the shipper gives no answer, or a link of it fails; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  shards: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs `lockstep-shipper status …` and resolves with the exit code. Never rejects.
 *
 * @param args what comes after `status`.
 */
export function runStatusCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(name, io, async () => {
    const { values } = parseCommandLine(name, { args: [...args], options });
    if (values.help === true) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    const url = parseUrl(name, values.url);
    const { region } = await readCommandRegion(name, requireRegion(name, values), io);
    const links = await askLinks(region, url);
    if (values.json === true) io.stdout.write(`${JSON.stringify(links)}\n`);
    else io.stdout.write(`${printLinks(links, values.shards === true).join('\n')}\n`);
    return links.every(({ connected }) => connected) ? 0 : 1;
  });
}

/** The lines that are printed for links. */
export function printLinks(links: readonly ShownLink[], withShards: boolean): string[] {
  const lines = ['LINK  STATE  LAG  MEASURED  QUEUED  QUEUED BYTES  HELD  TIER  DIRTY KEYS  DIRTY CLASSES  LAST ERROR'];
  for (const { to, shards, reshard, standbyShards, ...link } of links) {
    lines.push(line(to, { ...link, isStandby: standbyShards > 0 && standbyShards === shards.length }));
    if (reshard !== undefined) {
      const { from, to: number, shardsLeft } = reshard;
      lines.push(`${to}  changes from ${from} to ${number} shards: ${shardsLeft} of the old ones left`);
    }
    if (!withShards) continue;
    for (const shard of shards) {
      lines.push(`${line(`${to}/${shard.shard}`, shard)}  cursor ${shard.cursor ?? '-'}  window ${shard.window}`);
    }
  }
  return lines;
}

function line(
  link: string,
  status: Omit<
    ShownLink,
    'to' | 'shards' | 'reshard' | 'standbyShards' | 'gaps' | 'failures' | 'tailLosses' | 'shippedOperations'
  > &
    Pick<ShardStatus, 'isWaiting' | 'isStandby'>,
): string {
  const {
    connected,
    isWaiting = false,
    isStandby = false,
    lagMs,
    measuredLagMs,
    queuedOperations,
    queuedBytes,
    heldBytes,
    tier,
    dirtyKeys,
    dirtyClasses,
    lastError = '-',
  } = status;
  const lag = `${(lagMs / 1000).toFixed(1)} s`;
  const measured = measuredLagMs === undefined ? '-' : `${Math.round(measuredLagMs)} ms`;
  const state = isWaiting ? 'waits' : !connected ? 'down' : isStandby ? 'standby' : 'up';
  return [
    link,
    state,
    lag,
    measured,
    queuedOperations,
    `${queuedBytes} B`,
    `${heldBytes} B`,
    tier,
    dirtyKeys,
    dirtyClasses,
    lastError,
  ].join('  ');
}
