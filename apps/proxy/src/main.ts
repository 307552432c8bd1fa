#!/usr/bin/env node
import { createRequire } from 'node:module';

import { runApp } from '@lockstep/service-kit';

import { startProxy } from './wiring.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

await runApp({ name: 'lockstep-proxy', version, start: startProxy });
