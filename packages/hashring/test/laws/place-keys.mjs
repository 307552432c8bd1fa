/**
 * Run by processes.test.ts as a process of its own: reads rings and keys as JSON, and prints where each key belongs,
 * with the key as a string of each kind that V8 has, and where the first one goes when nodes are dead.
 */
import { readFileSync } from 'node:fs';

import { createRing } from '../../dist/index.js';

const { rings } = JSON.parse(readFileSync(0, 'utf8'));

/** The same text, put together in different ways. */
const kinds = {
  /** Units one after another, as JSON.parse leaves it. */
  flat: (text) => text,
  /** Two halves that are put together at the first access. */
  cons: (text) => text.slice(0, text.length >> 1) + text.slice(text.length >> 1),
  /** A view of a longer string. */
  sliced: (text) => `0123456789abcdef${text}fedcba9876543210`.slice(16, -16),
  /** A view of one with two bytes to a unit, whatever it holds itself. */
  wide: (text) => `漢0123456789abcdef${text}fedcba9876543210`.slice(17, -16),
  /** Units pushed one at a time. */
  grown(text) {
    let grown = '';
    for (let i = 0; i < text.length; i++) grown += text[i];
    return grown;
  },
};

const places = rings.map(({ nodes, options, keys }) => {
  const { pick } = createRing(nodes, options);
  return Object.values(kinds).map((kind) => keys.map((key) => pick(kind(key))));
});
const sequences = rings.map(({ nodes, options, keys }) => [...createRing(nodes, options).sequence(keys[0])]);
process.stdout.write(JSON.stringify({ kinds: Object.keys(kinds), places, sequences }));
