#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { checkTopology } from './check-topology.ts';
import { runReplayCommand } from './replay-command.ts';
import { runReshardCommand } from './reshard-command.ts';
import { runStatusCommand } from './status-command.ts';
import { startShipper } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const commands = new Map([
  ['status', runStatusCommand],
  ['replay', runReplayCommand],
  ['reshard', runReshardCommand],
]);
const command = commands.get(process.argv[2] ?? '');

if (command !== undefined) {
  const { stdout, stderr, env } = process;
  process.exitCode = await command(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-shipper',
    version,
    notes: [
      'lockstep-shipper status shows how the links of a running shipper stand: lockstep-shipper status --help',
      'lockstep-shipper reshard changes the number of shards of the journal: lockstep-shipper reshard --help',
      'lockstep-shipper replay has keys deleted in the other regions again: lockstep-shipper replay --help',
    ],
    check: checkTopology,
    start: startShipper,
  });
}
