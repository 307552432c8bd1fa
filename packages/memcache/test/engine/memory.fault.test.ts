import { checkLeaks, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { codeOf } from '../hammer.ts';
import { hostileServers } from '../soak/misbehaviours.ts';
import { seededRandom } from '../soak/random.ts';
import { startRelay } from '../soak/relay.ts';
import { rigNames, startRig } from '../soak/rig.ts';

// These need a timeout for every call, and leave nothing else behind than the others do.
const tooSlow = ['accepts and says nothing', 'breaks off in the middle of a reply', 'sends one byte every 50 ms'];
const misbehaviours = Object.keys(hostileServers).filter((name) => !tooSlow.includes(name));

it.each(rigNames)('the %s keeps nothing of the connections that it has lost', { timeout: 120_000 }, async (name) => {
  await using server = await startMemcached();
  await using relay = await startRelay(server);
  await using rig = await startRig(name, relay, { timeoutMs: 200 });
  const { cache } = rig;
  const keys = Array.from({ length: 100 }, (_, index) => `memory-${index}`);
  const value = Buffer.alloc(5000, 'm');
  const random = seededRandom(5);
  let rejected = 0;
  const callAll = async (): Promise<void> => {
    const calls = keys.flatMap((key) => [cache.set(key, value), cache.get(key), cache.getMany(keys.slice(0, 5))]);
    const outcomes = await Promise.all(calls.map((call) => call.then(() => 'answered', codeOf)));
    rejected += outcomes.filter((outcome) => outcome !== 'answered').length;
  };
  const answersAll = (): Promise<boolean> =>
    Promise.all(keys.map((key) => cache.get(key))).then(
      () => true,
      () => false,
    );
  const report = await checkLeaks(
    async () => {
      for (const misbehaviour of misbehaviours) {
        relay.behave(hostileServers[misbehaviour]!(random));
        await callAll();
        relay.behave();
        // No `expect.poll`, which remembers something of each assertion.
        while (!(await answersAll())) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    { rounds: 4, warmup: 2, settleMs: 5000 },
  );
  expect(rejected).toBeGreaterThan(500);
  expect(report.growthBytes).toBeLessThan(1024 * 1024);
});
