#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { operations } from './operate/operate-arguments.ts';
import { refreshOf } from './refresh-of.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

if (operations.includes(process.argv[2] ?? '')) {
  const { runOperateCommand } = await import('./operate/run-operate-command.ts');
  const { stdout, stderr, env } = process;
  process.exitCode = await runOperateCommand(process.argv.slice(2), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-refresher',
    version,
    notes: [
      'lockstep-refresher status, pause, resume, enable, disable, refresh and dead are for operators: lockstep-refresher status --help',
      'Also: LOCKSTEP_ADMIN_TOKEN (bearer token of the board), LOCKSTEP_SECRET_<NAME> (what the sources of the topology name)',
    ],
    check: (topology, region) => void refreshOf(topology, region),
    // Not for --help or a mistake in the topology: it loads queues and drivers.
    start: async (context) => (await import('./wiring.ts')).startRefresher(context),
  });
}
