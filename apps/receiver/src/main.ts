#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { runDeadLettersCommand } from './dead-letters-command.ts';
import { startReceiver } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

if (process.argv[2] === 'dead-letters') {
  const { stdout, stderr, env } = process;
  process.exitCode = await runDeadLettersCommand(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-receiver',
    version,
    notes: [
      'lockstep-receiver dead-letters shows and settles writes that could not be applied: lockstep-receiver dead-letters --help',
    ],
    start: startReceiver,
  });
}
