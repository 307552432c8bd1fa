import { startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { brokenBinaryReplies, brokenReplies, hostileServers, oneByteAtATime } from '../soak/misbehaviours.ts';
import { seededRandom } from '../soak/random.ts';
import { type Misbehaviour, type Relay, startRelay } from '../soak/relay.ts';
import { type Rig, type RigName, rigNames, startRig } from '../soak/rig.ts';
import { Workload, workloadKeys } from '../soak/workload.ts';

/** Calls that show that all is well, and that something is wrong. */
const enough = 200;
const enoughFailures = 24;

/** Several times the timeout of a call, because this machine may be busy. */
const settleMs = 5000;

/** Traffic before, while and after the server is what `misbehaviour` makes of it; nobody restarts the client. */
async function surviveWith(name: RigName, misbehaviour: () => Misbehaviour): Promise<Workload> {
  await using server = await startMemcached();
  await using relay = await startRelay(server);
  await using rig = await startRig(name, relay);
  const workload = new Workload(rig.cache, { seed: 1 });
  const { history } = workload;
  await expect.poll(() => history.hits).toBeGreaterThan(enough);
  relay.behave(misbehaviour);
  const failures = (): number => [...history.codes.values()].reduce((sum, count) => sum + count, 0);
  const failuresBefore = failures();
  const storedBefore = history.stored;
  await expect
    .poll(() => failures() - failuresBefore > enoughFailures || history.stored - storedBefore > 5 * enough)
    .toBe(true);
  await recover(rig, relay, workload);
  await workload.stop();
  return workload;
}

async function recover(rig: Rig, relay: Relay, { history }: Workload): Promise<void> {
  relay.behave();
  const exposed = workloadKeys.filter((key) => rig.isExposed(key));
  const readAll = (): Promise<number[]> =>
    Promise.all(
      exposed.map((key) =>
        rig.cache.get(key).then(
          () => 0,
          () => 1,
        ),
      ),
    );
  await expect.poll(async () => Math.max(...(await readAll())), { timeout: 10_000 }).toBe(0);
  const { hits, stored } = history;
  await expect.poll(() => history.hits > hits + enough && history.stored > stored + enough).toBe(true);
}

function expectNoLie({ history, unsettled, slowestMs }: Workload): void {
  expect({ lies: history.lies, strangers: history.strangers, unsettled }).toEqual({
    lies: [],
    strangers: [],
    unsettled: 0,
  });
  expect(slowestMs).toBeLessThan(settleMs);
}

describe.each(rigNames)('the %s tells no lie, settles every call and recovers when a server', (name) => {
  it.each(Object.keys(hostileServers))('%s', async (misbehaviour) => {
    const workload = await surviveWith(name, hostileServers[misbehaviour]!(seededRandom(7)));
    expectNoLie(workload);
    expect(workload.history.codes.size).toBeGreaterThan(0);
  });
});

describe.each(['meta driver', 'pool'] as const)(
  'the %s tells no lie, settles every call and recovers when a server',
  (name) => {
    it.each(Object.keys(brokenReplies))('%s', async (misbehaviour) => {
      const workload = await surviveWith(name, brokenReplies[misbehaviour]!(seededRandom(7)));
      expectNoLie(workload);
      expect(workload.history.codes.size).toBeGreaterThan(0);
    });
  },
);

describe('the memjs driver tells no lie, settles every call and recovers when a server', () => {
  it.each(Object.keys(brokenBinaryReplies))('%s', async (misbehaviour) => {
    const workload = await surviveWith('memjs driver', brokenBinaryReplies[misbehaviour]!(seededRandom(7)));
    expectNoLie(workload);
    expect(workload.history.codes.size).toBeGreaterThan(0);
  });
});

it.each(rigNames)('the %s fails no call when every byte comes by itself', async (name) => {
  await using server = await startMemcached();
  await using relay = await startRelay(server);
  relay.behave(oneByteAtATime);
  await using rig = await startRig(name, relay, { timeoutMs: 20_000 });
  const workload = new Workload(rig.cache, { seed: 3 });
  await expect.poll(() => workload.history.hits).toBeGreaterThan(enough);
  const { lies, codes } = await workload.stop();
  expect({ lies, codes: [...codes] }).toEqual({ lies: [], codes: [] });
});
