import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import HashRing from 'hashring';

import type { Contestant } from '../harness/bench-case.ts';
import { ringOf } from './lockstep.ts';
import { hostsOf } from './workload.ts';

/** A contestant that does one big thing again and again; the value is how often per second. */
function repeating(name: string, prepare: () => () => unknown): Contestant {
  return {
    name,
    open() {
      const work = prepare();
      return Promise.resolve({
        run(durationMs) {
          const startedAt = performance.now();
          let done = 0;
          let elapsed = 0;
          while (elapsed < durationMs) {
            if (work() === undefined) return Promise.reject(new Error(`${name} made nothing`));
            done++;
            elapsed = performance.now() - startedAt;
          }
          return Promise.resolve((done * 1000) / elapsed);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
}

/** Building a ring. */
export const building = {
  subject: (count: number): Contestant => repeating('@lockstep/hashring', () => () => ringOf(count, {})),
  peer: (count: number): Contestant => repeating('hashring', () => () => new HashRing(hostsOf(count), 'md5')),
};

/** One node more, and one less. */
export const changing = {
  subject: (count: number): Contestant =>
    repeating('@lockstep/hashring', () => {
      const ring = ringOf(count, {});
      return () => ring.with({ host: 'one-more.example' }).without(count);
    }),
  peer: (count: number): Contestant =>
    repeating('hashring', () => {
      const ring = new HashRing(hostsOf(count), 'md5');
      return () => ring.add('one-more.example').remove('one-more.example');
    }),
};

const RINGS = 4;

/** A contestant whose value is the memory that one of its rings holds, in bytes. */
function weighing(name: string, make: () => unknown): Contestant {
  return {
    name,
    open() {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const held = (): number => {
        collect();
        collect();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      // What is made once, such as tables and compiled code, is not part of a ring.
      make();
      return Promise.resolve({
        run() {
          const before = held();
          const rings = Array.from({ length: RINGS }, make);
          const bytes = (held() - before) / rings.length;
          return Promise.resolve(bytes);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
}

/** The memory of a ring. */
export const holding = {
  subject: (count: number): Contestant => weighing('@lockstep/hashring', () => ringOf(count, {})),
  peer: (count: number): Contestant => weighing('hashring', () => new HashRing(hostsOf(count), 'md5')),
};
