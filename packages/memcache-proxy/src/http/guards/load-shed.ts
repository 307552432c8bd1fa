import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

/** When to answer 503 at once instead of queueing. Each is off without a value. */
export interface LoadShedOptions {
  /** Mean delay of the event loop over a sample, in milliseconds. */
  readonly maxEventLoopDelayMs?: number;
  /** Share of a sample that the event loop was busy, 0 to 1. */
  readonly maxEventLoopUtilization?: number;
  readonly maxHeapUsedBytes?: number;
  readonly maxRssBytes?: number;
  /** Asked on every request, so keep it cheap: `() => pool.pending > 10_000`. */
  readonly isOverloaded?: () => boolean;
  /** How often delay and memory are measured, in milliseconds. @default 1000 */
  readonly sampleMs?: number;
  /** What `Retry-After` says. @default 1 */
  readonly retryAfterSeconds?: number;
}

/** Says whether this process has more to do than it can. */
export interface LoadShedder {
  readonly retryAfterSeconds: number;
  isOverloaded(): boolean;
}

/**
 * Starts to measure, with `@fastify/under-pressure`, until the server closes. Its decorators stay in
 * a scope of their own, so that the host can register that plugin as well.
 *
 * @throws RangeError for a threshold that is not a positive number.
 */
export async function createLoadShedder(host: FastifyInstance, options: LoadShedOptions): Promise<LoadShedder> {
  const { isOverloaded = () => false, sampleMs = 1000, retryAfterSeconds = 1, ...thresholds } = options;
  for (const [name, value] of Object.entries({ ...thresholds, sampleMs, retryAfterSeconds })) {
    if (!(value > 0)) throw new RangeError(`shed.${name} must be a number above 0, got ${value}`);
  }
  let isUnderPressure = (): boolean => false;
  if (Object.keys(thresholds).length > 0) {
    await host.register(async (scope) => {
      await scope.register(underPressure, {
        maxEventLoopDelay: thresholds.maxEventLoopDelayMs ?? 0,
        maxEventLoopUtilization: thresholds.maxEventLoopUtilization ?? 0,
        // The whole life of the process says nothing about now.
        eventLoopUtilizationMode: 'interval',
        maxHeapUsedBytes: thresholds.maxHeapUsedBytes ?? 0,
        maxRssBytes: thresholds.maxRssBytes ?? 0,
        sampleInterval: sampleMs,
      });
      isUnderPressure = () => scope.isUnderPressure();
    });
  }
  return { retryAfterSeconds, isOverloaded: () => isOverloaded() || isUnderPressure() };
}
