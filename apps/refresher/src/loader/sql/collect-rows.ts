import type { Row, RowBudget } from './row-budget.ts';

/** What a running query tells. */
export interface RowListener {
  readonly row: (row: Row) => void;
  readonly fail: (error: unknown) => void;
  readonly end: () => void;
}

/** Gives rows to the budget as they come, until the query ends or fails, a row is too much, or the signal aborts. */
export function collectRows(
  budget: RowBudget,
  signal: AbortSignal,
  start: (listener: RowListener) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => fail(signal.reason);
    function fail(error: unknown): void {
      signal.removeEventListener('abort', stop);
      reject(error);
    }
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    start({
      row(row) {
        try {
          budget.add(row);
        } catch (error) {
          fail(error);
        }
      },
      fail,
      end() {
        signal.removeEventListener('abort', stop);
        resolve();
      },
    });
  });
}
