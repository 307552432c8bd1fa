import { type Clock, describeError, systemClock, withDeadline } from '@lockstep/core';

/** Looks at one thing that the service needs: undefined when it is well, else what is wrong. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

/** What `/readyz` answers. */
export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  /** The checks that fail, by name. Empty when ready. */
  readonly failing: readonly { readonly name: string; readonly message: string }[];
}

/** Whether the service can do its work now. */
export interface Readiness {
  /**
   * Adds a check. One that throws, or has not answered after the deadline, fails.
   *
   * @throws TypeError when there is a check of that name already.
   */
  add(name: string, check: ReadinessCheck): void;
  /** Runs all checks at once. */
  report(): Promise<ReadinessReport>;
}

/** How readiness is made. */
export interface ReadinessOptions {
  /** Milliseconds that a check may take. @default 1000 */
  readonly deadlineMs?: number;
  /** When it aborts, the service is not ready any more. */
  readonly signal?: AbortSignal | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Readiness without any check yet: ready. */
export function createReadiness(options: ReadinessOptions = {}): Readiness {
  const { deadlineMs = 1000, signal, clock = systemClock } = options;
  const checks = new Map<string, () => Promise<string | undefined>>();
  const ask = async (name: string, check: () => Promise<string | undefined>) => {
    const onTimeout = (): Error => new Error(`no answer within ${deadlineMs} ms`);
    const message = await withDeadline(check(), { ms: deadlineMs, onTimeout, clock }).catch(describeError);
    return message === undefined ? [] : [{ name, message }];
  };
  return {
    add(name, check) {
      if (checks.has(name)) throw new TypeError(`there is a readiness check ${JSON.stringify(name)} already`);
      checks.set(name, shareRuns(check));
    },
    async report() {
      if (signal?.aborted === true) {
        return { status: 'not ready', failing: [{ name: 'shutdown', message: 'the service is shutting down' }] };
      }
      const failing = (await Promise.all([...checks].map(([name, check]) => ask(name, check)))).flat();
      return { status: failing.length === 0 ? 'ready' : 'not ready', failing };
    },
  };
}

/** While a check is under way, who asks again gets the same run: a stuck one must not pile up. */
function shareRuns(check: ReadinessCheck): () => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined;
  return () => {
    running ??= (async () => check())().finally(() => {
      running = undefined;
    });
    return running;
  };
}
