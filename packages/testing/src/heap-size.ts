import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use by JavaScript objects and buffers after a full collection. */
export async function settledHeapBytes(): Promise<number> {
  const collect = globalThis.gc ?? exposedGc();
  // Objects behind finalizers and weak references need a turn of the loop before they can go.
  for (let pass = 0; pass < 3; pass++) {
    collect();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The collector's own function, also where the process was started without `--expose-gc`. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
