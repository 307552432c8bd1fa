import type { ViewOutput } from './show.ts';

/** What is said beside the live view. */
export interface Notices {
  /** Writes a line at once, or leaves it to the view while that is drawn on a terminal. */
  readonly say: (text: string) => void;
  /** From now on the view takes what is said; on anything but a terminal nothing changes. */
  readonly leaveToView: () => void;
  /** What was said since the last time. */
  readonly take: () => string[];
  /** The view is over: everything that waits is written, and what follows at once. */
  readonly flush: () => void;
}

/** Notices on this output. */
export function createNotices(output: ViewOutput): Notices {
  let waiting: string[] | undefined;
  const write = (text: string): unknown => output.write(`${text}\n`);
  return {
    say(text) {
      if (waiting === undefined) write(text);
      else waiting.push(text);
    },
    leaveToView() {
      if (output.isTTY === true) waiting ??= [];
    },
    take: () => waiting?.splice(0) ?? [],
    flush() {
      const left = waiting ?? [];
      waiting = undefined;
      for (const text of left) write(text);
    },
  };
}
