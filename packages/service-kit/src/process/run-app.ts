import { withDeadline } from '@lockstep/core';
import type { Logger } from 'pino';

import { ServiceError } from '../service-error.ts';
import { loadTopology } from '../topology/parse-topology.ts';
import { regionOf } from '../topology/region-of.ts';
import type { Region, Topology } from '../topology/topology.ts';
import { parseAppArguments } from './app-arguments.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { createLogger } from './logger.ts';
import { explainStartFailure } from './start-failure.ts';
import { listenForStop, type StopRequest } from './stop-request.ts';

/** What an app is given to start with. */
export interface AppContext {
  readonly name: string;
  readonly version: string;
  readonly topology: Topology;
  /** The region that this process serves. */
  readonly region: Region;
  readonly regionName: string;
  readonly environment: Environment;
  /** Owned by `runApp`. Never log keys or values of the cache. */
  readonly logger: Logger;
  /** Aborts when the process is asked to stop, before the app is disposed. */
  readonly signal: AbortSignal;
}

/** An app that has started. Disposing it stops the intake, drains and closes. */
export interface RunningApp extends AsyncDisposable {
  /** Where it listens, by name, for the log line `ready`. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** An app as `runApp` runs it. */
export interface App {
  /** Name of the command. */
  readonly name: string;
  readonly version: string;
  /** Starts everything. When it rejects, the process ends, so it need not undo what it did. */
  start(context: AppContext): Promise<RunningApp>;
  /** Milliseconds that a shutdown may take. @default 10000 */
  readonly shutdownDeadlineMs?: number;
}

/**
 * Runs an app as this process: arguments, environment, topology, logs, signals, exit code.
 *
 * Exit codes: 0 after a shutdown that was asked for and drained; 1 after a bad topology,
 * environment or address (one line each on stderr, no stack), a crash, or a shutdown that failed or
 * took too long; 2 after bad arguments; 128 plus the signal's number after a second signal.
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
    configPath = args.config;
    const environment = readEnvironment();
    const topology = await loadTopology(args.config);
    const region = regionOf(topology, args.region);
    logger = createLogger({ name: app.name, level: environment.logLevel }).child({ region: region.name });
    const { name, version } = app;
    const { signal } = stop;
    await serve(app, { name, version, topology, region, regionName: region.name, environment, logger, signal }, stop);
    process.exit(0);
  } catch (error) {
    const lines = explainStartFailure(error, configPath);
    if (lines === undefined) return crash(error);
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exit(error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1);
  }
}

/** Starts the app, waits until it is asked to stop, and stops it. */
async function serve(app: App, context: AppContext, stop: StopRequest): Promise<void> {
  const { logger } = context;
  const deadlineMs = app.shutdownDeadlineMs ?? 10_000;
  // The timers and sockets of libraries may all be unref'ed; an app runs until it is told to stop.
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  const onTimeout = (): Error => new Error(`the shutdown took longer than ${deadlineMs} ms`);
  try {
    const starting = app.start(context);
    // A start that is still under way when the process is asked to stop has the same deadline.
    const running = await firstOf(starting, stop);
    if (running !== undefined) logger.info({ version: app.version, addresses: running.addresses ?? {} }, 'ready');
    const reason = await stop.asked;
    logger.info({ reason }, 'stopping');
    await withDeadline(dispose(starting, stop.signal), { ms: deadlineMs, onTimeout });
    logger.info('stopped');
  } finally {
    clearInterval(keepAlive);
  }
}

/** The app once it has started, or undefined when the process is asked to stop before that. */
async function firstOf(starting: Promise<RunningApp>, stop: StopRequest): Promise<RunningApp | undefined> {
  try {
    return await Promise.race([starting, stop.asked.then(() => undefined)]);
  } catch (error) {
    // Asked to stop, a start may reject before `asked` is heard here; `dispose` looks at its reason.
    if (stop.signal.aborted) return undefined;
    throw error;
  }
}

async function dispose(starting: Promise<RunningApp>, signal: AbortSignal): Promise<void> {
  let running: RunningApp;
  try {
    running = await starting;
  } catch (error) {
    // A start that gave up because it was asked to is a shutdown that worked.
    if (error === signal.reason || (error instanceof Error && error.name === 'AbortError')) return;
    throw error;
  }
  await running[Symbol.asyncDispose]();
}
