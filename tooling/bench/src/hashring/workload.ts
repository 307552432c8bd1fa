import type { Contestant } from '../harness/bench-case.ts';

/** How many keys are looked up before the time is looked at. */
const BATCH = 1024;
const KEYS = 65_536;

/** Unique keys of `length` characters, each a flat string. */
export function keysOf(length: number): readonly string[] {
  return Array.from({ length: KEYS }, (_, index) => {
    const key = `user:${Math.imul(index, 0x9e3779b1) >>> 0}:`.padEnd(length, 'profile-of-someone').slice(0, length);
    return Buffer.from(key).toString('latin1');
  });
}

/** The hosts of `count` equal nodes. */
export function hostsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `cache-${index}.example`);
}

/**
 * A contestant without I/O. `prepare` gives a function that works on the items from `from` to `to` and returns something
 * that depends on all of them, so that no compiler can leave the work out.
 */
export function looping(name: string, prepare: () => (from: number, to: number) => number): Contestant {
  return {
    name,
    open() {
      const work = prepare();
      let position = 0;
      let sink = 0;
      return Promise.resolve({
        run(durationMs) {
          const startedAt = performance.now();
          let done = 0;
          let elapsed = 0;
          while (elapsed < durationMs) {
            sink ^= work(position, position + BATCH);
            position = (position + BATCH) % KEYS;
            done += BATCH;
            elapsed = performance.now() - startedAt;
          }
          if (!Number.isInteger(sink)) return Promise.reject(new Error(`${name} did not answer with a number`));
          return Promise.resolve((done * 1000) / elapsed);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
}
