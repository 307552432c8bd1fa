#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { checkTopology } from './check-topology.ts';
import { runStatusCommand } from './status-command.ts';
import { startShipper } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

if (process.argv[2] === 'status') {
  const { stdout, stderr, env } = process;
  process.exitCode = await runStatusCommand(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-shipper',
    version,
    notes: ['lockstep-shipper status shows how the links of a running shipper stand: lockstep-shipper status --help'],
    check: checkTopology,
    start: startShipper,
  });
}
