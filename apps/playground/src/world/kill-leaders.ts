import { sleep } from '@lockstep/core';

import { sourceName } from '../coupons/coupon.ts';
import type { AppProcess } from './app-process.ts';
import { leaderOf, queueName } from './leader-of.ts';
import { refresherOf } from './refresher-of.ts';
import type { World } from './world.ts';

/** For how long a killed leader stays away. */
const awayMs = 5000;

/**
 * Ends by SIGKILL who leads the queue and who refreshes the coupons in every region, and starts them again a while
 * later.
 */
export async function killLeaders(
  { regions }: Pick<World, 'regions'>,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const killFor = async (app: AppProcess | undefined, what: string): Promise<void> => {
    if (app === undefined) return;
    await app.kill();
    say(`killed ${app.name}, which ${what}`);
    await sleep(awayMs, { signal });
    await app.start(signal);
  };
  await Promise.all(
    regions.flatMap(({ layout, consumers, refreshers }) => [
      leaderOf(consumers).then((leader) => {
        if (leader === undefined) say(`nobody leads ${queueName} of ${layout.name} now`);
        return killFor(leader?.app, `led ${queueName} in term ${leader?.term}`);
      }),
      refresherOf(refreshers).then((app) => {
        if (app === undefined) say(`nobody refreshes the ${sourceName} of ${layout.name} now`);
        return killFor(app, `refreshed the ${sourceName}`);
      }),
    ]),
  );
}
