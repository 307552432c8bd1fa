import type { WorkKey } from './worker.ts';

const ownKeys = 24;
const sharedKeys = 40;

/** The keys that only one worker writes: of a class that travels whole, and of one that never travels. */
export function ownKeysOf(region: string, worker: number): WorkKey[] {
  const keys: WorkKey[] = [];
  for (let index = 0; index < ownKeys; index += 1) {
    const stem = `${region}:${worker}:${index}`;
    keys.push({ key: shape(`user:${stem}`, index), policy: 'replicate', own: true });
    if (index % 4 === 0) keys.push({ key: `session:${stem}`, policy: 'none', own: true });
  }
  return keys;
}

/** Keys that all workers of all regions write at the same time; only their deletes travel. */
export function keysOfAll(): WorkKey[] {
  return Array.from({ length: sharedKeys }, (_, index) => ({
    key: shape(`page:${index}`, index),
    policy: 'invalidate',
    own: false,
  }));
}

/** Every third key is plain, every third is not ASCII, every third has memcached's full 250 bytes. */
function shape(stem: string, index: number): string {
  if (index % 3 === 1) return `${stem}:ключ-鍵-🔑`;
  return index % 3 === 2 ? stem.padEnd(250, '.') : stem;
}
