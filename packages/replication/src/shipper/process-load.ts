import { performance } from 'node:perf_hooks';

/** Over shorter times one long turn would look like a busy process. */
const WINDOW_MS = 200;
/** Up to this load nothing waits longer. */
const EASY = 0.5;
/** How long it is worth to wait when there is no time left, in ms. */
const BUSY_MS = 100;

let from = performance.eventLoopUtilization();
let load = 0;

/** The part of the last fifth of a second or so in which the event loop of this process had something to do, from 0 to 1. */
export function processLoad(): number {
  const { idle, active, utilization } = performance.eventLoopUtilization(from);
  if (idle + active >= WINDOW_MS) {
    load = utilization;
    from = performance.eventLoopUtilization();
  }
  return load;
}

/**
 * How long to wait for more to come together: each batch costs the same, and a busy process can afford fewer. Who is not
 * to wait at all never does.
 */
export function lingerAt(lingerMs: number, busy: number): number {
  if (lingerMs === 0) return 0;
  return lingerMs + (Math.max(0, BUSY_MS - lingerMs) * Math.max(0, busy - EASY)) / (1 - EASY);
}
