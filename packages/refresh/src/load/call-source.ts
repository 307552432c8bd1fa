import { type Clock, withDeadline } from '@lockstep/core';

import { outcomeOf, publishLoad } from '../channels.ts';
import type { KnownKey } from '../definition/definition-table.ts';
import { type Loaded, type LoadRequest, unchanged } from '../definition/refresh-definition.ts';
import { RefreshError } from '../refresh-error.ts';

/** One call of a source. */
export interface SourceCall extends Pick<LoadRequest, 'token' | 'validator'> {
  readonly target: KnownKey;
  readonly by: 'gateway' | 'worker';
  readonly clock: Clock;
  /** Each of them ends the call, with its reason. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Calls the loader of a source within its time.
 *
 * @throws RefreshError ERR_REFRESH_SOURCE, ERR_REFRESH_TIMEOUT, or the reason of a signal. The loader's own signal
 *   aborts then as well; one that does not heed it goes on unheard.
 */
export async function callSource(call: SourceCall): Promise<Loaded<unknown> | typeof unchanged> {
  const { target, by, clock, signals, token, validator } = call;
  const { definition, key, id } = target;
  const source = definition.name;
  if (definition.load === undefined)
    throw new RefreshError('ERR_REFRESH_SOURCE', `${source} has no loader`, { source });
  const ending = new AbortController();
  const forwards = signals.flatMap((signal) => (signal === undefined ? [] : [forward(signal, ending)]));
  const from = clock.monotonic();
  const tell = (outcome: string): void => publishLoad({ source, by, outcome, durationMs: clock.monotonic() - from });
  const late = (): Error => {
    const error = new RefreshError('ERR_REFRESH_TIMEOUT', `${source} took longer than ${definition.loadTimeoutMs} ms`, {
      source,
    });
    ending.abort(error);
    return error;
  };
  try {
    ending.signal.throwIfAborted();
    const loading = begin(() => definition.load!({ id, key, signal: ending.signal, token, validator }), source);
    const loaded = await withDeadline(loading, {
      ms: definition.loadTimeoutMs,
      signal: ending.signal,
      onTimeout: late,
      clock,
    });
    tell('ok');
    return loaded;
  } catch (error) {
    tell(outcomeOf(error));
    throw error;
  } finally {
    for (const stop of forwards) stop();
  }
}

/** What a loader throws, at once or later, is the source's failure. */
async function begin<T>(load: () => Promise<T>, source: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new RefreshError('ERR_REFRESH_SOURCE', `${source} could not be loaded`, { source, cause: error });
  }
}

/** By hand: a signal made by AbortSignal.any stays with one that lives as long as the process. */
function forward(signal: AbortSignal, ending: AbortController): () => void {
  const abort = (): void => ending.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
