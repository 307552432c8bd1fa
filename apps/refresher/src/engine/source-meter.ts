import { type Clock, systemClock } from '@lockstep/core';
import { unchanged } from '@lockstep/refresh';

import type { Loader } from '../loader/loader.ts';
import { RefresherError } from '../refresher-error.ts';

/** What the loads of one source have come to. */
export class SourceMeter {
  loaded = 0;
  unchanged = 0;
  failed = 0;
  /** Of all of them together. */
  seconds = 0;
  /** Wall-clock milliseconds of the last load that did not fail. */
  lastAtMs: number | undefined;
  /** Whether the last one failed. */
  isFailing = false;
}

/** How the loads of a loader are counted. */
export interface MeterOptions {
  readonly meter: SourceMeter;
  /** Told once when loads begin to fail, and once when they no longer do; never with a key. */
  readonly onTurn: (reason: string | undefined) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Counts the loads of a loader. */
export function meterLoads(loader: Loader, { meter, onTurn, clock = systemClock }: MeterOptions): Loader['load'] {
  const turn = (isFailing: boolean, reason?: string): void => {
    if (meter.isFailing !== isFailing) onTurn(reason);
    meter.isFailing = isFailing;
  };
  return async (request) => {
    const beganAt = clock.monotonic();
    try {
      const result = await loader.load(request);
      if (result === unchanged) meter.unchanged += 1;
      else meter.loaded += 1;
      meter.lastAtMs = clock.now();
      turn(false);
      return result;
    } catch (error) {
      meter.failed += 1;
      if (isOfSource(request.signal)) turn(true, reasonOf(error));
      throw error;
    } finally {
      meter.seconds += (clock.monotonic() - beganAt) / 1000;
    }
  };
}

/** A load that was given up, because the process ends or another one took over, says nothing of the source. */
function isOfSource({ aborted, reason }: AbortSignal): boolean {
  return !aborted || (reason as { code?: unknown } | undefined)?.code === 'ERR_REFRESH_TIMEOUT';
}

/** What a module throws may name anything. */
function reasonOf(error: unknown): string {
  if (error instanceof RefresherError) return error.message;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'it threw something that is no error';
}
