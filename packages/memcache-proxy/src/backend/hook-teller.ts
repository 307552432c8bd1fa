import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { UnderWay } from './under-way.ts';
import type { ProxyWrite, WriteHook } from './write-hook.ts';

/** What a teller is given. */
export interface HookTellerOptions {
  readonly onWrite: WriteHook | undefined;
  readonly hookTimeoutMs: number;
  readonly clock: Clock;
  readonly underWay: UnderWay;
}

/** Tells the hook of writes, and waits for it for a bounded time. */
export class HookTeller {
  readonly #options: HookTellerOptions;

  constructor(options: HookTellerOptions) {
    this.#options = options;
  }

  /** True when there is somebody to tell. */
  get isHeard(): boolean {
    return this.#options.onWrite !== undefined;
  }

  /**
   * Calls the hook in this turn; undefined where there is nothing to tell.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_HOOK_FAILED (as a rejection) when it rejects or is late.
   */
  tell(write: ProxyWrite | undefined): Promise<void> | undefined {
    const { onWrite, hookTimeoutMs: ms, clock, underWay } = this.#options;
    if (write === undefined || onWrite === undefined) return undefined;
    const onTimeout = (): Error => new Error(`it did not settle within ${ms} ms`);
    // The executor runs now, so the hook is called in this turn; what it throws becomes a rejection.
    const settled = new Promise<void>((resolve) => resolve(onWrite(write)));
    underWay.began();
    return withDeadline(settled, { ms, clock, onTimeout }).then(
      () => underWay.ended(),
      (cause: unknown) => {
        underWay.ended();
        const message = `memcached has the write, but the write hook failed: ${describeError(cause)}`;
        throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_HOOK_FAILED', message, { cause });
      },
    );
  }
}
