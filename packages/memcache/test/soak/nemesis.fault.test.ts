import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { codeOf } from '../hammer.ts';
import { torment } from './nemesis.ts';
import { seededRandom } from './random.ts';
import { rigNames, startRig } from './rig.ts';
import { Workload, workloadKeys } from './workload.ts';

/** `LOCKSTEP_SOAK_SECONDS=600` for a long run, `LOCKSTEP_SOAK_SEED` for another one. */
const seconds = Number(process.env['LOCKSTEP_SOAK_SECONDS'] ?? 4);
const seed = Number(process.env['LOCKSTEP_SOAK_SEED'] ?? 20_261_121);

it.each(rigNames)(
  'the %s tells no lie, counts nothing twice and settles every call under random faults',
  { timeout: seconds * 1000 + 60_000 },
  async (name) => {
    await using server = await startMemcached();
    await using proxy = await startFaultProxy({ to: server });
    await using rig = await startRig(name, proxy);
    const workload = new Workload(rig.cache, { seed });
    const harms = await torment({ server, proxy }, seededRandom(seed), seconds);
    const reads = (): Promise<string[]> =>
      Promise.all(workloadKeys.map((key) => rig.cache.get(key).then(() => 'answered', codeOf)));
    await expect.poll(async () => [...new Set(await reads())], { timeout: 20_000 }).toEqual(['answered']);
    const { lies, strangers, hits, stored, codes } = await workload.stop();
    // Names the seed and the last harms when it fails.
    const context = `seed ${seed}: ${harms.slice(-20).join(', ')}`;
    expect({ context, lies, strangers, unsettled: workload.unsettled }).toEqual({
      context,
      lies: [],
      strangers: [],
      unsettled: 0,
    });
    expect([hits > 100, stored > 50, codes.size > 0]).toEqual([true, true, true]);
    if (seconds > 10) console.log(name, { harms: harms.length, hits, stored, codes, slowestMs: workload.slowestMs });
  },
);
