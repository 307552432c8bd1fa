#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { runDeadLettersCommand } from './dead-letters-command.ts';
import { runWarmCommand } from './warm/warm-command.ts';
import { startReceiver } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const commands = new Map([
  ['dead-letters', runDeadLettersCommand],
  ['warm', runWarmCommand],
]);
const command = commands.get(process.argv[2] ?? '');

if (command !== undefined) {
  const { stdout, stderr, env } = process;
  process.exitCode = await command(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-receiver',
    version,
    notes: [
      'lockstep-receiver dead-letters shows and settles writes that could not be applied: lockstep-receiver dead-letters --help',
      'lockstep-receiver warm fills the pools of a cold region from another one: lockstep-receiver warm --help',
    ],
    start: startReceiver,
  });
}
