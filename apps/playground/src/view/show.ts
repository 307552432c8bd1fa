import { sleep } from '@lockstep/core';

import { renderLines, renderOneLine } from './render.ts';
import type { Snapshot } from './snapshot.ts';

const redrawMs = 500;
const logEveryMs = 5000;

/** Where the view is written: a terminal, or a stream that is not one. */
export interface ViewOutput {
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows the state until the signal aborts: redrawn in place on a terminal, below the notices that came up meanwhile, else
 * one line every 5 s.
 */
export async function showLive(
  sample: () => Promise<Snapshot>,
  output: ViewOutput,
  signal: AbortSignal,
  takeNotices: () => readonly string[] = () => [],
): Promise<void> {
  const terminal = output.isTTY === true;
  let drawn = 0;
  while (!signal.aborted) {
    const snapshot = await sample();
    if (signal.aborted) return;
    if (terminal) {
      // A line that wraps would be two of those to go up.
      const lines = renderLines(snapshot).map((line) => line.slice(0, output.columns));
      const up = drawn === 0 ? '' : `\u001B[${drawn}A`;
      output.write(up + [...takeNotices(), ...lines].map((text) => `\u001B[2K${text}\n`).join(''));
      drawn = lines.length;
    } else {
      output.write(`${new Date().toISOString().slice(11, 19)} ${renderOneLine(snapshot)}\n`);
    }
    // The signal is how this loop is meant to end.
    await sleep(terminal ? redrawMs : logEveryMs, { signal }).catch(() => {});
  }
}
