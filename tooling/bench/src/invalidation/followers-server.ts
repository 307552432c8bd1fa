/** A process with followers: `followers-server.js DELIVERY REDIS_URL COUNT HEARTBEAT_MS`, asked by messages of the parent. */
import { describeError } from '@lockstep/core';

import { findDelivery } from './deliveries.ts';
import type { Follower } from './delivery.ts';
import type { FollowersAnswer, FollowersRequest, Heard } from './follower-processes.ts';
import { machineNow } from './sent-key.ts';

const [name = '', redisUrl = '', count = '1', heartbeatMs = '500'] = process.argv.slice(2);
const delivery = findDelivery(name);
/** How many connect at a time. */
const atOnce = 8;
const followers: Follower[] = [];
let heard: Heard[] = [];
/** For each follower the keys that it is yet to hear of: some hear of a key more than once. */
const awaited: Set<string>[] = [];

function answer(what: FollowersAnswer): void {
  process.send?.(what);
}

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));

process.on('message', (request: FollowersRequest) => {
  if (request.kind === 'count') answer({ kind: 'count', heard: heard.length });
  else if (request.kind === 'collect') answer({ kind: 'heard', heard });
  else begin(request.keys).then(() => answer({ kind: 'ready' }), fail);
});

async function begin(keys: readonly string[]): Promise<void> {
  await Promise.all(followers.map(async (follower) => follower.hold?.(keys)));
  heard = [];
  for (const index of followers.keys()) awaited[index] = new Set(keys);
}

function fail(error: unknown): void {
  console.error(`${name}: ${describeError(error)}`);
  process.exit(1);
}

async function open(index: number): Promise<void> {
  awaited[index] = new Set();
  const onKey = (key: string): void => {
    const at = machineNow();
    if (awaited[index]!.delete(key)) heard.push([key, at]);
  };
  followers[index] = await delivery.follow(redisUrl, onKey, { heartbeatMs: Number(heartbeatMs) });
}

for (let opened = 0; opened < Number(count); opened += atOnce) {
  const next = Math.min(atOnce, Number(count) - opened);
  await Promise.all(Array.from({ length: next }, (_, index) => open(opened + index)));
}
answer({ kind: 'ready' });
