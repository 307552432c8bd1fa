import type { Logger } from 'pino';

import { isWorker } from '../cluster/fleet.ts';
import { ServiceError } from '../service-error.ts';
import { parseAppArguments } from './app-arguments.ts';
import type { App } from './app.ts';
import { readEnvironment } from './environment.ts';
import { createLogger } from './logger.ts';
import { runFromSource } from './run-from-source.ts';
import { runWorker } from './run-worker.ts';
import { explainStartFailure } from './start-failure.ts';
import { listenForStop } from './stop-request.ts';

/**
 * Runs an app as this process: arguments, environment, topology, logs, signals, workers, exit code.
 *
 * Exit codes: 0 after a shutdown that was asked for and drained; 1 after a bad topology,
 * environment or address (one line each on stderr, no stack), a crash, workers that crash too often,
 * or a shutdown that failed or took too long; 2 after bad arguments; 128 plus the signal's number
 * after a second signal.
 */
export async function runApp(app: App): Promise<void> {
  let configPath = 'the topology file';
  let logger: Logger | undefined;
  const stop = listenForStop();
  const crash = (error: unknown): void => {
    logger?.fatal({ err: error }, 'crashed');
    if (logger === undefined) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  try {
    const args = parseAppArguments(process.argv.slice(2), app);
    if (args.kind !== 'run') {
      process.stdout.write(`${args.kind === 'help' ? args.text : app.version}\n`);
      process.exit(0);
    }
    const { config, region } = args;
    configPath = config;
    const environment = readEnvironment();
    logger = createLogger({ name: app.name, level: environment.logLevel }).child({ region });
    const shared = { app, regionName: region, environment, logger, stop };
    process.exit(isWorker() ? await runWorker(shared) : await runFromSource({ ...shared, config }));
  } catch (error) {
    const lines = explainStartFailure(error, configPath);
    if (lines === undefined) return crash(error);
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exit(error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1);
  }
}
