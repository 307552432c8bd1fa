import type { Scheduler } from './scheduler.ts';

/** What happened last, for the report of a failure. */
export interface Trace {
  add(who: string, what: string): void;
  lines(): readonly string[];
}

/** Keeps the last lines only. */
export function createTrace(scheduler: Scheduler, maxLines: number): Trace {
  const lines: string[] = [];
  return {
    add(who, what) {
      if (lines.length >= 2 * maxLines) lines.splice(0, maxLines);
      lines.push(`${scheduler.now.toFixed(2).padStart(9)}  ${who.padEnd(6)} ${what}`);
    },
    lines: () => lines.slice(-maxLines),
  };
}
