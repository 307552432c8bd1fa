import { withDeadline } from '@lockstep/core';

import type { App, AppContext, RunningApp } from './app.ts';
import type { StopRequest } from './stop-request.ts';

/** How long a shutdown may take unless the app says otherwise, in milliseconds. */
export const defaultShutdownDeadlineMs: number = 10_000;

/**
 * Starts the app, waits until it is asked to stop, and stops it.
 *
 * @param onReady is called with the app once it has started; what it returns is called before the app is disposed.
 */
export async function serve(
  app: App,
  context: AppContext,
  stop: StopRequest,
  onReady: (running: RunningApp) => () => Promise<void>,
): Promise<void> {
  const { logger } = context;
  const deadlineMs = app.shutdownDeadlineMs ?? defaultShutdownDeadlineMs;
  // The timers and sockets of libraries may all be unref'ed; an app runs until it is told to stop.
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  const onTimeout = (): Error => new Error(`the shutdown took longer than ${deadlineMs} ms`);
  let unready = async (): Promise<void> => undefined;
  try {
    const starting = app.start(context);
    // A start that is still under way when the process is asked to stop has the same deadline.
    const running = await firstOf(starting, stop);
    if (running !== undefined) {
      logger.info({ version: app.version, addresses: running.addresses ?? {} }, 'ready');
      unready = onReady(running);
    }
    const reason = await stop.asked;
    logger.info({ reason }, 'stopping');
    await withDeadline(
      unready().then(() => dispose(starting, stop.signal)),
      { ms: deadlineMs, onTimeout },
    );
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
