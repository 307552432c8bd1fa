import { availableParallelism } from 'node:os';

import type { Logger } from 'pino';

import { Supervisor } from '../cluster/supervisor.ts';
import { openTopologySource, type TopologySource } from '../source/topology-source.ts';
import { type TopologyWatch, watchTopology } from '../source/watch-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { App } from './app.ts';
import type { Environment } from './environment.ts';
import { defaultShutdownDeadlineMs, serve } from './serve.ts';
import type { StopRequest } from './stop-request.ts';
import { checkVersion, type TopologyVersion } from './topology-version.ts';

/** What every way to run an app needs. */
export interface RunOptions {
  readonly app: App;
  readonly regionName: string;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly stop: StopRequest;
}

/** Runs an app with the topology that `config` names; resolves with the exit code. */
export async function runFromSource(options: RunOptions & { readonly config: string }): Promise<number> {
  const { app, regionName, environment, logger, stop, config } = options;
  await using source = openTopologySource(config, { environment, logger, name: app.name, region: regionName });
  let text: string;
  try {
    text = (await source.read({ signal: stop.signal })) ?? '';
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  }
  const first = checkVersion(app, regionName, { text, source: source.name });
  const wanted = app.workers?.(first.region) ?? 1;
  const count = wanted === 'auto' ? availableParallelism() : wanted;
  // Awaited here, because the source is closed when this function ends.
  return await (count === 1 ? runAlone(options, source, text, first) : runPrimary(options, source, text, count));
}

async function runAlone(
  options: RunOptions,
  source: TopologySource,
  text: string,
  first: TopologyVersion,
): Promise<number> {
  const { app, regionName, environment, logger, stop } = options;
  const { name, version } = app;
  const { signal } = stop;
  await serve(app, { name, version, ...first, regionName, environment, logger, signal }, stop, (running) => {
    if (running.reload === undefined) return async () => undefined;
    const watch = follow(options, source, text, async (topology) => {
      const next = checkVersion(app, regionName, topology);
      await running.reload?.(next.topology, next.region);
      logger.info({ source: source.name }, 'topology reloaded');
    });
    return () => watch.close();
  });
  return 0;
}

/** Supervises workers, and does nothing else but look after the topology for them. */
async function runPrimary(options: RunOptions, source: TopologySource, text: string, count: number): Promise<number> {
  const { app, regionName, logger, stop } = options;
  const stopDeadlineMs = (app.shutdownDeadlineMs ?? defaultShutdownDeadlineMs) + 1000;
  const supervisor = new Supervisor({ count, source: source.name, text, logger, stopDeadlineMs });
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  let watch: TopologyWatch | undefined;
  const start = async (): Promise<void> => {
    await supervisor.start();
    logger.info({ version: app.version, workers: count, addresses: supervisor.addresses }, 'ready');
    watch = follow(options, source, text, async (topology, next) => {
      checkVersion(app, regionName, topology);
      supervisor.spread(next);
    });
  };
  const stopWhenAsked = async (): Promise<void> => {
    const reason = await stop.asked;
    logger.info({ reason, workers: count }, 'stopping');
    supervisor.stop(reason);
  };
  void stopWhenAsked();
  await Promise.race([start(), supervisor.ended]);
  const code = await supervisor.ended;
  await watch?.close();
  clearInterval(keepAlive);
  if (code === 0) logger.info('stopped');
  return code;
}

function follow(
  { logger, stop }: RunOptions,
  source: TopologySource,
  text: string,
  onChange: (topology: Topology, text: string) => Promise<void>,
): TopologyWatch {
  return watchTopology(source, {
    text,
    signal: stop.signal,
    onChange,
    onProblem(problems, about) {
      const what = about === 'version' ? 'the new topology is refused' : 'the topology cannot be read';
      logger.error({ source: source.name, problems }, `${what}; the one in use stays`);
    },
  });
}
