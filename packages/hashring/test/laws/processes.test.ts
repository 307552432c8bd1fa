import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import type { RingNode } from '../../src/index.ts';
import { keyFor, nodesFor } from './arbitraries.ts';
import { everySubject, type Subject, titled } from './subjects.ts';

const script = fileURLToPath(new URL('place-keys.mjs', import.meta.url));

interface Placed {
  readonly kinds: readonly string[];
  /** By ring, kind and key. */
  readonly places: readonly (readonly (readonly number[])[])[];
  /** By ring. */
  readonly sequences: readonly (readonly number[])[];
}

/** The same nodes and keys in every run. */
const rings = everySubject.map((subject) => ({
  options: subject.options,
  nodes: fc.sample(nodesFor(subject, 5, 5), { seed: 5, numRuns: 1 })[0] as RingNode[],
  keys: fc.sample(keyFor(subject), { seed: 7, numRuns: 60 }),
}));

let placed: Placed;

beforeAll(() => {
  // Built, since not every version of Node that is supported runs TypeScript; with random hash seeds, as ever.
  const { stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify({ rings }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (stderr !== '') throw new Error(stderr);
  placed = JSON.parse(stdout) as Placed;
}, 120_000);

describe.each(titled(everySubject).map(([title, subject], index) => [title, subject, index] as const))(
  '%s',
  (_title, { create }: Subject, index) => {
    it('places keys in another process as in this one, however a string was put together', () => {
      const { nodes, keys } = rings[index]!;
      const ring = create(nodes);
      const expected = keys.map((key) => ring.pick(key));
      for (const [kind, places] of placed.places[index]!.entries()) {
        expect({ kind: placed.kinds[kind], places }).toEqual({ kind: placed.kinds[kind], places: expected });
      }
      expect(placed.sequences[index]).toEqual([...ring.sequence(keys[0]!)]);
    });
  },
);
