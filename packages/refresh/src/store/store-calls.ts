import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { RefreshError } from '../refresh-error.ts';

/** The bounds of a store's calls, and what becomes of their failures. */
export interface StoreCalls {
  /** Makes one step on the server: rejects when it takes longer than it may, with the signal, or when closed. */
  step<T>(run: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** @throws RefreshError ERR_REFRESH_CLOSED after `close`. */
  checkOpen(): void;
  close(): void;
}

/** Calls on a server that is called `server` in messages, each step of which may take `timeoutMs`. */
export function createStoreCalls(server: string, timeoutMs: number, clock: Clock): StoreCalls {
  let isClosed = false;
  const checkOpen = (): void => {
    if (isClosed) throw new RefreshError('ERR_REFRESH_CLOSED', 'the store was closed');
  };
  const onTimeout = (): Error => {
    return new RefreshError('ERR_REFRESH_STORE', `${server} did not answer within ${timeoutMs} ms`);
  };
  return {
    checkOpen,
    async step(run, signal) {
      checkOpen();
      signal?.throwIfAborted();
      try {
        return await withDeadline(run(), { ms: timeoutMs, signal, onTimeout, clock });
      } catch (error) {
        if (error instanceof RefreshError || (signal?.aborted === true && error === signal.reason)) throw error;
        const message = `${server} refused or broke off: ${describeError(error)}`;
        throw new RefreshError('ERR_REFRESH_STORE', message, { cause: error });
      }
    },
    close() {
      isClosed = true;
    },
  };
}
