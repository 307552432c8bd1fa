/**
 * Run by hits.test.ts as a process of its own, with so large a young generation that nothing is collected meanwhile:
 * prints as JSON how many bytes of the heap one hit takes,
 * with a wall clock that stands still or with the machine's own.
 */
import { systemClock } from '@lockstep/core';
import { createMemoryLog } from '@lockstep/invalidation';

import { createCache } from '../../dist/index.js';

const IDS = 1024;
const WARM_UP = 200_000;
const HITS = 100_000;
/** What the compiler puts on the heap for itself, it does not put there again in the next round. */
const ROUNDS = 20;

/** What an allocating read leaves behind, so that the compiler cannot leave it out. */
export let sink;

const ids = Array.from({ length: IDS }, (_, index) => Buffer.from(`${index * 7919}`).toString('latin1'));

function run(read, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + read(ids[i & (IDS - 1)]).length) | 0;
  return sum;
}

/** The least bytes for a hit of several rounds. */
function measure(read) {
  run(read, WARM_UP);
  globalThis.gc();
  let least = Infinity;
  for (let round = 0; round < ROUNDS && least >= 0.1; round++) {
    const before = process.memoryUsage().heapUsed;
    run(read, HITS);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / HITS);
  }
  return least;
}

const clock = process.argv[2] === 'still' ? { ...systemClock, now: () => 1_700_000_000_000 } : systemClock;
const cache = createCache({ log: createMemoryLog({ namespace: 'allocation' }), maxEntries: IDS, clock });
const users = cache.define('user', { ttlMs: 3_600_000, load: async (id) => [id] });
await cache.ready;
for (const id of ids) await users.get(id);
const measured = {
  peek: measure((id) => users.peek(id)),
  date: measure((id) => (Date.now() > 0 ? id : '')),
  peekAndAllocate: measure((id) => {
    sink = { id };
    return users.peek(id);
  }),
};
await cache.close();
process.stdout.write(JSON.stringify(measured));
