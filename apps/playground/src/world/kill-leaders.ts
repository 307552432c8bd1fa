import { sleep } from '@lockstep/core';

import { leaderOf, queueName } from './leader-of.ts';
import type { World } from './world.ts';

/** For how long a killed leader stays away. */
const awayMs = 5000;

/** Ends the leading consumer of every region by SIGKILL, and starts it again a while later. */
export async function killLeaders(
  { regions }: Pick<World, 'regions'>,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    regions.map(async ({ layout, consumers }) => {
      const leader = await leaderOf(consumers);
      if (leader === undefined) {
        say(`nobody leads ${queueName} of ${layout.name} now`);
        return;
      }
      await leader.app.kill();
      say(`killed ${leader.app.name}, which led ${queueName} in term ${leader.term}`);
      await sleep(awayMs, { signal });
      await leader.app.start(signal);
    }),
  );
}
