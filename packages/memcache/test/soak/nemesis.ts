import { setTimeout as wait } from 'node:timers/promises';

import type { FaultProxy, MemcachedServer } from '@lockstep/testing';

import type { SeededRandom } from './random.ts';

/** What a nemesis has its hands on. */
export interface Victims {
  readonly server: MemcachedServer;
  readonly proxy: FaultProxy;
}

/** Does harm, waits with `pause` while it lasts, and undoes it. */
type Harm = (victims: Victims, pause: () => Promise<unknown>, random: SeededRandom) => Promise<void>;

const harms: Readonly<Record<string, Harm>> = {
  cut: async ({ proxy }) => proxy.cut(),
  reset: async ({ proxy }) => proxy.reset(),
  async silence({ proxy }, pause) {
    proxy.halfOpen();
    await pause();
    await proxy.heal();
  },
  async breakOff({ proxy }, pause, random) {
    const offset = 16 + random.below(20_000);
    const direction = random.pick(['up', 'down'] as const);
    proxy.dropBytes({ direction, offset, count: Number.MAX_SAFE_INTEGER - offset });
    await pause();
    // Bytes missing in the middle of a stream that goes on is nothing that TCP does.
    proxy.cut();
    await proxy.heal();
  },
  /** What the server has carried out and nobody hears of: only here does a call that is sent twice count twice. */
  async loseReplies({ proxy }, _pause, random) {
    proxy.delay({ downMs: 10_000 });
    await wait(1 + random.below(200));
    proxy.cut();
    await proxy.heal();
  },
  async delay({ proxy }, pause, random) {
    proxy.delay({ upMs: random.below(200), downMs: random.below(400) });
    await pause();
    await proxy.heal();
  },
  async throttle({ proxy }, pause, random) {
    proxy.throttle({ bytesPerSecond: 2000 + random.below(200_000) });
    await pause();
    await proxy.heal();
  },
  async refuse({ proxy }, pause) {
    await proxy.refuse();
    proxy.cut();
    await pause();
    await proxy.accept();
  },
  async freeze({ server }, pause) {
    await server.freeze();
    await pause();
    await server.thaw();
  },
  async kill({ server }, pause) {
    await server.kill();
    await pause();
    await server.restart();
  },
  async killFrozen({ server }, pause) {
    await server.freeze();
    await pause();
    await server.kill();
    await server.restart();
  },
};

/**
 * Does one random harm after another until `seconds` have passed, and leaves everything whole.
 *
 * @returns what it did, in order.
 */
export async function torment(victims: Victims, random: SeededRandom, seconds: number): Promise<string[]> {
  const done: string[] = [];
  const until = performance.now() + seconds * 1000;
  const pause = (): Promise<unknown> => wait(10 + random.below(700));
  while (performance.now() < until) {
    const name = random.pick(Object.keys(harms));
    done.push(name);
    await harms[name]!(victims, pause, random);
    if (random.below(3) > 0) await pause();
  }
  return done;
}
