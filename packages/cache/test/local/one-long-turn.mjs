/**
 * Run by frozen.fault.test.ts as a process of its own: peeks again and again in one turn of the event loop, in which no
 * heartbeat can be heard. Prints a line when the turn begins, and at its end when the value was served last.
 */
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import { createCache } from '../../dist/index.js';

const [, , redisUrl, bound] = process.argv;
const maxStalenessMs = Number(bound);
const turnMs = 3 * maxStalenessMs;
const client = new Redis(redisUrl);
const log = createRedisLog({ client, namespace: 'turn' });
const cache = createCache({ log, maxStalenessMs });
const users = cache.define('user', { ttlMs: 3_600_000, load: async (id) => [id] });
await cache.ready;
await users.get('a');

const beganAt = Date.now();
process.stdout.write('the turn begins\n');
let [reads, served, lastServedMs, longestGapMs] = [0, 0, 0, 0];
for (let before = beganAt; before < beganAt + turnMs;) {
  const value = users.peek('a');
  const now = Date.now();
  reads++;
  longestGapMs = Math.max(longestGapMs, now - before);
  if (value !== undefined) {
    served++;
    // When the read began: it may be frozen when it has looked at the clock, as its caller may be a moment later.
    lastServedMs = before - beganAt;
  }
  before = now;
}
process.stdout.write(JSON.stringify({ reads, served, lastServedMs, longestGapMs }));
await cache.close();
await log.close();
client.disconnect();
