import { expect, it } from 'vitest';

import type { DeleteSpool } from '../../src/index.ts';
import { startSpoolLab } from '../spool/spool-lab.ts';
import { HookLog } from './hook-log.ts';
import { seededRandom } from './seeded-random.ts';
import { startSoakRig } from './soak-rig.ts';
import { succeed } from './spooled-deletes.ts';

const timeout = 120_000;

/** A spool that says of every fifth delete that it is safe, and has forgotten it. */
function forgetful(spool: DeleteSpool): DeleteSpool {
  let calls = 0;
  return {
    nodeOf: (pool, key) => spool.nodeOf!(pool, key),
    keep: (proof) => spool.keep!(proof),
    add: async (entry) => (++calls % 5 === 0 ? undefined : spool.add(entry)),
  };
}

it.each(['sequence', 'none'] as const)(
  'the check after the soak sees a spool that forgets, and nothing where none does (failover %s)',
  { timeout },
  async (failover) => {
    const hook = new HookLog(seededRandom(1), false);
    const seen = [];
    for (const plantSpool of [undefined, forgetful]) {
      await using spoolLab = await startSpoolLab();
      const options = { hook, failover, spoolLab, ...(plantSpool === undefined ? {} : { plantSpool }) };
      await using rig = await startSoakRig(options);
      const { lies, deleted } = await succeed(rig, options, ['plain:', 'item:']);
      const others = lies.filter((lie) => !/came after version \d+ was confirmed/.test(lie));
      seen.push({ hasLies: lies.length > 0, others, deleted: deleted > 60 });
    }
    expect(seen).toEqual([
      { hasLies: false, others: [], deleted: true },
      { hasLies: true, others: [], deleted: true },
    ]);
  },
);
