import type { DirectCalls } from '@lockstep/memcache';

/** How often each of the short ways was taken. */
export interface ShortWays {
  directReads: number;
  directStores: number;
  laneAnswers: number;
}

/** Direct calls that are counted where they are made. */
export function countDirect(direct: DirectCalls | undefined, ways: ShortWays): DirectCalls | undefined {
  if (direct === undefined) return undefined;
  return {
    get(key, taker) {
      const isMade = direct.get(key, taker);
      if (isMade) ways.directReads++;
      return isMade;
    },
    set(...call) {
      const isMade = direct.set(...call);
      if (isMade) ways.directStores++;
      return isMade;
    },
  };
}
