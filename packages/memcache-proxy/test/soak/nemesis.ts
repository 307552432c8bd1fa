import { setTimeout as wait } from 'node:timers/promises';

import type { MemcachedServer, RedisServer } from '@lockstep/testing';

import type { SeededRandom } from './seeded-random.ts';

/** Does harm, waits with `pause` while it lasts, and undoes it. */
type Harm = (node: MemcachedServer | RedisServer, pause: () => Promise<unknown>) => Promise<void>;

const harms: Readonly<Record<string, Harm>> = {
  async freeze(node, pause) {
    await node.freeze();
    await pause();
    await node.thaw();
  },
  async kill(node, pause) {
    await node.kill();
    await pause();
    await node.restart();
  },
  async killFrozen(node, pause) {
    await node.freeze();
    await pause();
    await node.kill();
    await node.restart();
  },
  async stop(node, pause) {
    await node.stop();
    await pause();
    await node.restart();
  },
  async killAtOnce(node) {
    await node.kill();
    await node.restart();
  },
  async stutter(node) {
    for (let times = 0; times < 5; times++) {
      await node.freeze();
      await wait(60);
      await node.thaw();
      await wait(20);
    }
  },
};

/**
 * Does one random harm after another to one of the nodes until `seconds` have passed, and leaves them whole.
 * One for each group of nodes: as many can be away at once.
 *
 * @returns how often it did what.
 */
export async function torment(
  nodes: readonly (MemcachedServer | RedisServer)[],
  random: SeededRandom,
  seconds: number,
): Promise<Map<string, number>> {
  const done = new Map<string, number>();
  const until = performance.now() + seconds * 1000;
  // Short faults, and those after which a node counts as down.
  const pause = (): Promise<unknown> => wait(random.pick([50, 200, 500, 1500]) + random.below(100));
  const names = Object.keys(harms);
  while (performance.now() < until) {
    const name = random.pick(names);
    done.set(name, (done.get(name) ?? 0) + 1);
    await harms[name]!(random.pick(nodes), pause);
    await wait(random.pick([10, 100, 400, 1200, 2500]));
  }
  return done;
}
