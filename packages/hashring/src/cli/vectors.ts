import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { checkFolder, type FileResult, tally, type VectorTally } from '../vectors/check-folder.ts';
import type { Mismatch } from '../vectors/check-scenario.ts';
import { type ArgumentSpec, parseArguments, renderHelp } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { renderTable } from './table.ts';

const SPEC: ArgumentSpec = {
  command: 'vectors',
  usage: ['vectors DIR'],
  about: [
    'Checks every vector file of a folder: placements that were observed on a client, as JSON of the form {client, keys,',
    'scenarios: [{id, algorithm, options, servers, picks}]}. Exits 0 only where all match, none was skipped and every file had something to compare.',
  ].join('\n'),
  options: {},
};

/** How many skipped scenarios and how many mismatches of a file are shown. */
const SHOWN = 5;
/** How much of a client's description is. */
const CLIENT_WIDTH = 48;

/** `hashring vectors`: whether this package places keys as clients were seen to. */
export const vectors: Command = {
  name: 'vectors',
  summary: 'check a folder of observed placements',
  run: vectorsCommand,
};

/**
 * Runs `hashring vectors DIR`. A relative DIR starts where the user stands: pnpm changes the directory and leaves the
 * former one in `INIT_CWD`.
 *
 * @returns the exit code: 0 where all match, none was skipped and something of every file was compared, else 1.
 * @throws UsageError for a folder that is not there or has no vector file.
 */
export function vectorsCommand(
  args: readonly string[],
  print: (text: string) => void = (text) => process.stdout.write(text),
): number {
  const { flags, positionals } = parseArguments(SPEC, args);
  if (flags.has('help')) {
    print(renderHelp(SPEC));
    return 0;
  }
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw new UsageError('vectors needs one folder: hashring vectors DIR');
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`there is no folder ${folder}`);
  }
  const files = checkFolder(folder);
  if (files.length === 0) throw new UsageError(`there is no vector file (*.json) in ${folder}`);
  const total = tally(files.flatMap(({ scenarios }) => scenarios));
  print(flags.has('json') ? renderJson(files, total) : renderText(files, total));
  const broken = files.some((file) => file.error !== undefined || isIdle(file));
  return broken || total.mismatches > 0 || total.skipped > 0 ? 1 : 0;
}

/** Whether nothing of a file was compared, which says nothing about where keys go. */
function isIdle({ scenarios, error }: FileResult): boolean {
  return error === undefined && tally(scenarios).cases === 0;
}

function renderText(files: readonly FileResult[], total: VectorTally): string {
  const rows = files.map(({ file, client, scenarios, error }) => {
    const name = client.length > CLIENT_WIDTH ? `${client.slice(0, CLIENT_WIDTH - 1).trimEnd()}…` : client;
    return error === undefined ? [file, ...cells(tally(scenarios)), name] : [file, '', '', '', '', '', 'unreadable'];
  });
  const table = renderTable(
    [['file', 'scenarios', 'cases', 'mismatches', 'skipped', 'refused', 'client'], ...rows, ['total', ...cells(total)]],
    ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
  );
  return [table, ...files.map(describeFailures).filter((text) => text !== '')].join('\n');
}

function cells({ scenarios, cases, mismatches, skipped, refused }: VectorTally): string[] {
  return [scenarios, cases, mismatches, skipped, refused].map((count) => count.toLocaleString('en'));
}

/** The first failures of a file, a line each. */
function describeFailures(result: FileResult): string {
  const { file, scenarios, error } = result;
  if (error !== undefined) return `${file}: ${error}\n`;
  const skipped = scenarios.flatMap(({ id, skipped: why }) => (why === undefined ? [] : [`${id} was skipped: ${why}`]));
  const mismatches = scenarios.flatMap(({ id, mismatches: found }) => found.map((each) => describeMismatch(id, each)));
  const idle = isIdle(result) ? ['nothing was compared'] : [];
  const lines = [...idle, ...shorten(skipped, 'scenarios were skipped'), ...shorten(mismatches, 'mismatches')];
  return lines.map((line) => `${file}: ${line}\n`).join('');
}

function describeMismatch(id: string, { key, question, expected, answered }: Mismatch): string {
  const asked = question === 'picks' ? id : `${id} (${question})`;
  return `${asked}: key ${showKey(key)}, expected ${JSON.stringify(expected)}, answered ${JSON.stringify(answered)}`;
}

function shorten(lines: readonly string[], what: string): string[] {
  return lines.length <= SHOWN ? [...lines] : [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more ${what}`];
}

function showKey(key: Mismatch['key']): string {
  return typeof key === 'string' ? JSON.stringify(key) : `0x${Buffer.from(key).toString('hex')}`;
}

function renderJson(files: readonly FileResult[], total: VectorTally): string {
  const described = files.map(({ file, client, scenarios, error }) => ({
    file,
    ...(error === undefined ? { client } : { error }),
    ...tally(scenarios),
    failures: scenarios
      .filter(({ skipped, mismatches }) => skipped !== undefined || mismatches.length > 0)
      .map(({ id, algorithm, skipped, mismatches }) => ({
        scenario: id,
        algorithm,
        ...(skipped !== undefined && { skipped }),
        mismatches: mismatches.length,
        examples: mismatches.slice(0, SHOWN).map(({ key, ...rest }) => ({ key: showKey(key), ...rest })),
      })),
  }));
  return `${JSON.stringify({ files: described, total }, undefined, 2)}\n`;
}
