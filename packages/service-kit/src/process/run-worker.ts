import { describeError } from '@lockstep/core';

import { connectToPrimary } from '../cluster/fleet.ts';
import { ServiceError } from '../service-error.ts';
import type { RunOptions } from './run-from-source.ts';
import { serve } from './serve.ts';
import { checkVersion } from './topology-version.ts';

/** Runs an app as one of several workers; resolves with the exit code. */
export async function runWorker({ app, regionName, environment, logger: parent, stop }: RunOptions): Promise<number> {
  const link = await connectToPrimary((reason) => stop.ask(reason));
  const { source, slot } = link;
  const logger = parent.child({ worker: slot });
  const first = checkVersion(app, regionName, { text: link.text, source });
  const { name, version } = app;
  const { signal } = stop;
  const context = { name, version, ...first, regionName, environment, logger, signal, fleet: link };
  // Versions that come while one is being taken wait for it.
  let last = Promise.resolve();
  await serve(app, context, stop, (running) => {
    const take = async (text: string, earlier: Promise<void>): Promise<void> => {
      await earlier;
      if (signal.aborted || running.reload === undefined) return;
      try {
        const next = checkVersion(app, regionName, { text, source });
        await running.reload(next.topology, next.region);
        logger.info({ source }, 'topology reloaded');
      } catch (error) {
        const problems = error instanceof ServiceError ? error.problems : [describeError(error)];
        logger.error({ source, problems }, 'the new topology is refused; the one in use stays');
      }
    };
    link.onTopology((text) => {
      last = take(text, last);
    });
    link.ready(running.addresses ?? {});
    return () => last;
  });
  return 0;
}
