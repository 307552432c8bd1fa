import { Cron } from 'croner';

import { checkAtLeast } from '../check-number.ts';

/** When ticks are: either at equal distances, or by a pattern. */
export type Timing =
  | {
      /** The distance in ms, at least 100. Ticks are at its multiples since the epoch: the same in every process. */
      readonly everyMs: number;
      readonly cron?: never;
      readonly timeZone?: never;
    }
  | {
      /** Five fields, or six with seconds first, as croner reads them; also `@daily` and the like. */
      readonly cron: string;
      /** The IANA name of the time zone of the pattern. @default 'UTC' */
      readonly timeZone?: string;
      readonly everyMs?: never;
    };

/** The first tick after that moment, in ms since the epoch. Undefined when there is none any more. */
export type Ticks = (afterMs: number) => number | undefined;

/**
 * Reads when ticks are.
 *
 * @throws TypeError when the pattern or the time zone makes no sense
 * @throws RangeError when the distance does
 */
export function createTicks({ everyMs, cron, timeZone = 'UTC' }: Timing): Ticks {
  if ((everyMs === undefined) === (cron === undefined)) throw new TypeError('a plan has either everyMs or cron');
  if (everyMs !== undefined) {
    checkAtLeast('everyMs', everyMs, 100);
    return (afterMs) => (Math.floor(afterMs / everyMs) + 1) * everyMs;
  }
  const pattern = readPattern(cron, timeZone);
  return (afterMs) => pattern.nextRun(new Date(afterMs))?.getTime();
}

function readPattern(cron: string, timezone: string): Cron {
  checkZone(timezone);
  try {
    // Without a function it only computes, and has no timer.
    const pattern = new Cron(cron, { timezone, mode: '5-or-6-parts' });
    if (pattern.nextRun(new Date(0)) === null) throw new TypeError('it never comes');
    return pattern;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`the cron pattern ${JSON.stringify(cron)} makes no sense: ${why}`, { cause: error });
  }
}

function checkZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone }).format();
  } catch (error) {
    throw new TypeError(`there is no time zone ${JSON.stringify(timeZone)}`, { cause: error });
  }
}
