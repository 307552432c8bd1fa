#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { checkTopology } from './check-topology.ts';
import { runSpoolCommand } from './spool-command.ts';
import { startProxy } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

if (process.argv[2] === 'spool') {
  const { stdout, stderr, env } = process;
  process.exitCode = await runSpoolCommand(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-proxy',
    version,
    notes: ['lockstep-proxy spool shows and replays deletes that a pool owes: lockstep-proxy spool --help'],
    check: checkTopology,
    workers: ({ proxy }) => proxy.workers ?? 1,
    start: startProxy,
  });
}
