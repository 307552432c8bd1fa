/** A process with followers: `followers-server.js DELIVERY REDIS_URL COUNT HEARTBEAT_MS`, asked by messages of the parent. */
import { findDelivery } from './deliveries.ts';
import type { FollowersAnswer, FollowersRequest } from './follower-processes.ts';
import { ageOfKey } from './sent-key.ts';

const [name = '', redisUrl = '', count = '1', heartbeatMs = '500'] = process.argv.slice(2);
const delivery = findDelivery(name);
/** How many connect at a time. */
const atOnce = 8;
let heard = 0;
let latencies: number[] = [];

function answer(what: FollowersAnswer): void {
  process.send?.(what);
}

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));

process.on('message', (request: FollowersRequest) => {
  answer(request === 'heard' ? { kind: 'heard', heard } : { kind: 'latencies', latencies });
  if (request === 'collect') {
    heard = 0;
    latencies = [];
  }
});

function open(): Promise<AsyncDisposable> {
  const onKey = (key: string): void => {
    heard += 1;
    latencies.push(ageOfKey(key));
  };
  return delivery.follow(redisUrl, onKey, { heartbeatMs: Number(heartbeatMs) });
}

for (let opened = 0; opened < Number(count); opened += atOnce) {
  await Promise.all(Array.from({ length: Math.min(atOnce, Number(count) - opened) }, open));
}
answer({ kind: 'ready' });
