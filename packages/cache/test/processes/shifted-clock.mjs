// The clock of a process on a machine of its own: what is before true time, and for how long the machine slept, says the
// file that LOCKSTEP_CLOCK_FILE names, as two doubles in milliseconds.
import { openSync, readSync } from 'node:fs';

const shift = new Float64Array(2);
const file = openSync(process.env.LOCKSTEP_CLOCK_FILE, 'r');
const look = () => {
  readSync(file, shift, 0, shift.byteLength, 0);
  return shift;
};

const monotonic = () => performance.now() - look()[1];

/** As `systemClock` of core. */
export const shiftedClock = {
  now: () => Date.now() + Math.round(look()[0]),
  monotonic,
  setTimer(callback, delayMs) {
    if (delayMs === Infinity) return { cancel: () => {} };
    const endsAt = monotonic() + delayMs;
    let handle;
    // What the machine slept is still to be waited for.
    const arm = () => {
      const restMs = endsAt - monotonic();
      handle = restMs > 0 ? setTimeout(arm, Math.min(Math.ceil(restMs), 2 ** 31 - 1)) : undefined;
      if (handle === undefined) callback();
      else handle.unref();
    };
    handle = setTimeout(arm, Math.min(delayMs, 2 ** 31 - 1)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
