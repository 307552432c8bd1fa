#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { consumerOf } from './consumer-of.ts';
import { runStatusCommand } from './status/status-command.ts';
import { startConsumer } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

if (process.argv[2] === 'status') {
  const { stdout, stderr, env } = process;
  process.exitCode = await runStatusCommand(process.argv.slice(3), { stdout, stderr, env });
} else {
  await runApp({
    name: 'lockstep-consumer',
    version,
    notes: [
      'lockstep-consumer status shows who leads and what waits: lockstep-consumer status --help',
      'Also: LOCKSTEP_AMQP_PASSWORD, LOCKSTEP_AMQP_PASSWORD_<REGION>, LOCKSTEP_SINK_TOKEN (bearer token of the sinks)',
    ],
    check: (topology, region) => void consumerOf(topology, region),
    start: startConsumer,
  });
}
