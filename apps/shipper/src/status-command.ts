import { parseArgs } from 'node:util';

import { describeError } from '@lockstep/core';
import {
  createLogger,
  openTopologySource,
  parseTopology,
  readEnvironment,
  regionOf,
  ServiceError,
} from '@lockstep/service-kit';

import { type ShownLink, statusPath } from './status-route.ts';

/** Where the command writes, and its environment. */
export interface StatusIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

const name = 'lockstep-shipper status';
const answerMs = 5000;

const usage = [
  'Usage: lockstep-shipper status --config FILE --region NAME [--json] [--shards]',
  '',
  'Asks the running shipper of a region how its links stand.',
  '',
  '  --shards   a line for each shard as well',
  '  --json     what the shipper answers, as it is',
  '',
  'Exit code: 0; 1 when the shipper gives no answer, or a link of it fails; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  shards: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs `lockstep-shipper status …` and resolves with the exit code. Never rejects.
 *
 * @param args what comes after `status`.
 */
export async function runStatusCommand(args: readonly string[], io: StatusIo): Promise<number> {
  try {
    const { config, region, json, shards, help } = parse(args);
    if (help === true) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    if (config === undefined || config === '') throw mistake('--config FILE is missing');
    if (region === undefined || region === '') throw mistake('--region NAME is missing');
    const links = await ask(await addressOf(config, region, io));
    if (json === true) io.stdout.write(`${JSON.stringify(links)}\n`);
    else io.stdout.write(`${printLinks(links, shards === true).join('\n')}\n`);
    return links.every(({ connected }) => connected) ? 0 : 1;
  } catch (error) {
    const lines = error instanceof ServiceError ? error.problems : [`${name}: ${describeError(error)}`];
    io.stderr.write(`${lines.join('\n')}\n`);
    return error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1;
  }
}

/** The lines that are printed for links. */
export function printLinks(links: readonly ShownLink[], withShards: boolean): string[] {
  const lines = ['LINK  STATE  LAG  QUEUED  HELD  DIRTY KEYS  LAST ERROR'];
  for (const { to, shards, ...link } of links) {
    lines.push(line(to, link));
    if (!withShards) continue;
    for (const shard of shards) {
      lines.push(`${line(`${to}/${shard.shard}`, shard)}  cursor ${shard.cursor ?? '-'}  window ${shard.window}`);
    }
  }
  return lines;
}

function line(
  link: string,
  status: Pick<ShownLink, 'connected' | 'lagMs' | 'queuedOperations' | 'heldBytes' | 'dirtyKeys' | 'lastError'>,
): string {
  const { connected, lagMs, queuedOperations, heldBytes, dirtyKeys, lastError = '-' } = status;
  const lag = `${(lagMs / 1000).toFixed(1)} s`;
  return [link, connected ? 'up' : 'down', lag, queuedOperations, `${heldBytes} B`, dirtyKeys, lastError].join('  ');
}

async function addressOf(config: string, regionName: string, { env }: StatusIo): Promise<string> {
  const environment = readEnvironment(env);
  const logger = createLogger({ name, level: 'silent' });
  await using source = openTopologySource(config, { environment, logger, name, region: regionName });
  const { host, port } = regionOf(parseTopology((await source.read()) ?? '', source.name), regionName).shipper.http;
  // What listens on every address answers on the loopback one.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function ask(address: string): Promise<readonly ShownLink[]> {
  const answer = await fetch(`http://${address}${statusPath}`, { signal: AbortSignal.timeout(answerMs) }).catch(
    (error: unknown) => {
      throw new Error(`the shipper at ${address} gives no answer: ${describeError(error)}`);
    },
  );
  if (!answer.ok) throw new Error(`what listens at ${address} answered ${answer.status}`);
  return (await answer.json()) as readonly ShownLink[];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Node's message goes on with advice that is of no use here.
    throw mistake((error as Error).message.split('. ', 1)[0]!);
  }
}

function mistake(what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`${name}: ${what} (--help says more)`]);
}
