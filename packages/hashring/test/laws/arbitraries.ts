import * as fc from 'fast-check';

import type { WeightRule } from '../../src/algorithms/algorithm.ts';
import type { RingNode } from '../../src/index.ts';
import type { Subject } from './subjects.ts';

/** Weights that every algorithm with the rule makes a ring of. */
const WEIGHTS: Readonly<Record<WeightRule, fc.Arbitrary<number>>> = {
  integer: fc.integer({ min: 1, max: 9 }),
  number: fc.integer({ min: 2, max: 36 }).map((quarters) => quarters / 4),
  unit: fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10),
  none: fc.constant(1),
};

const host = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/) },
  { weight: 2, arbitrary: fc.ipV4() },
  { weight: 1, arbitrary: fc.ipV6() },
  { weight: 1, arbitrary: fc.stringMatching(/^\/run\/[a-z]{1,8}\.sock$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[é漢🔑]{1,3}\.example$/u) },
);

/** The original libketama has room for 21 bytes, with a colon and five digits. */
const shortHost = host.filter((name) => Buffer.byteLength(name) <= 15);

/** A node that the subject accepts. */
export function nodeFor({ algorithm }: Subject): fc.Arbitrary<RingNode> {
  const port = fc.oneof(fc.constant(11_211), fc.integer({ min: 1, max: 65_535 }));
  const name = algorithm.name === 'libketama' ? shortHost : host;
  return fc.record({ host: name, port, weight: WEIGHTS[algorithm.weights] }, { requiredKeys: ['host'] });
}

/** Nodes with different hosts, which the subject makes a ring of. */
export function nodesFor(subject: Subject, minLength: number, maxLength: number): fc.Arbitrary<RingNode[]> {
  return fc.uniqueArray(nodeFor(subject), { minLength, maxLength, selector: ({ host: name }) => name });
}

/** Text with any character, of which some are halves of one. */
const anyText = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })), {
  maxLength: 300,
});

const decimal = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);

/** Keys that the subject takes: any text at all, unless it takes numbers. */
export function keyFor({ options }: Subject): fc.Arbitrary<string> {
  const hash = 'hash' in options ? options.hash : '';
  if (hash === 'uint64') return decimal;
  if (hash === ('crc32c' as string)) return fc.tuple(decimal, decimal).map((pair) => pair.join(','));
  return fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 120 }),
    anyText.map((units) => String.fromCharCode(...units)),
    // Not ASCII, but a byte to a unit in memory.
    fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
    fc.stringMatching(/^[a-z]{0,6}:\{[a-z]{0,6}\}[0-9]{0,5}$/),
  );
}

/** Several of them. */
export function keysFor(subject: Subject): fc.Arbitrary<string[]> {
  return fc.array(keyFor(subject), { minLength: 1, maxLength: 40 });
}
