/**
 * Run by pick.test.ts as a process of its own, with so large a young generation that nothing is collected meanwhile:
 * reads rings as JSON, and prints how many bytes of the heap one `pick` takes, for keys of each length.
 */
import { readFileSync } from 'node:fs';

import { createRing } from '../../dist/index.js';

const KEYS = 1024;
const WARM_UP = 10_000;
/** What the compiler puts on the heap for itself, it does not put there again in the next round. */
const ROUNDS = 12;
/** On a busy machine the compiler may need longer. */
const ATTEMPTS = 5;

/** What an allocating pick leaves behind, so that the compiler cannot leave it out. */
export let sink;

/** Flat strings of ASCII; decimal numbers for hashes that take nothing else. */
function makeKeys(length, form) {
  return Array.from({ length: KEYS }, (_, index) => {
    const number = String(index * 7919 + 1_000_000);
    if (form === 'numbers') return number;
    if (form === 'pairs') return Buffer.from(`${number},${number}`).toString('latin1');
    return Buffer.from(`${number}${'abcdefghijklmnopqrstuvwxyz'.repeat(10)}`).toString('latin1', 0, length);
  });
}

function run(pick, keys, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + pick(keys[i & (KEYS - 1)])) | 0;
  return sum;
}

/** The least bytes for a pick of several rounds. Nothing is collected between them: the rest of a collection may allocate. */
function measure(pick, keys, picks) {
  run(pick, keys, WARM_UP);
  globalThis.gc();
  let least = Infinity;
  for (let round = 0; round < ROUNDS && least >= 0.1; round++) {
    const before = process.memoryUsage().heapUsed;
    run(pick, keys, picks);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / picks);
  }
  return least;
}

/** What a pick takes every time. */
function measureOften(pick, keys, picks) {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least >= 0.1; attempt++) least = measure(pick, keys, picks);
  return least;
}

const subjects = JSON.parse(readFileSync(0, 'utf8'));
const measured = subjects.map(({ nodes, options, form, lengths, picks, allocates }) => {
  const ring = createRing(nodes, options);
  const pick = allocates
    ? (key) => {
        sink = { key };
        return ring.pick(key);
      }
    : ring.pick;
  return lengths.map((length) => measureOften(pick, makeKeys(length, form), picks));
});
process.stdout.write(JSON.stringify(measured));
