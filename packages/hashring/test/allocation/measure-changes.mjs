/** Run by changes.test.ts as a process of its own: prints by how many bytes each ring grows that changes all the time. */
import { readFileSync } from 'node:fs';

import { createRing } from '../../dist/index.js';

function used() {
  // The memory of a typed array is given back after the array itself.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A node joins and leaves, `count` times. */
function change(ring, count) {
  let changed = ring;
  for (let i = 0; i < count; i++) changed = changed.with({ host: 'guest' }).without({ host: 'guest' });
  return changed;
}

const { nodes, subjects } = JSON.parse(readFileSync(0, 'utf8'));
const grown = subjects.map((options) => {
  let ring = change(createRing(nodes, options), 5);
  const before = used();
  ring = change(ring, 50);
  const after = used();
  return ring.pick('key') >= 0 ? after - before : Number.NaN;
});
process.stdout.write(JSON.stringify(grown));
