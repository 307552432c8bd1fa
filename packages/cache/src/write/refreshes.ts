import { untilAborted } from '../read/until-aborted.ts';

/** How one value is brought anew. */
export interface Refresh<Value> {
  readonly settleMs: number;
  readonly signal: AbortSignal | undefined;
  /** Invalidates it, and waits until it may be loaded. */
  readonly invalidate: () => Promise<void>;
  readonly bring: () => Promise<Value>;
}

/** Values of one view that are being brought anew. */
export interface Refreshes<Value> {
  /** Every call invalidates; of several under way for one id, the latest loads, for all. */
  run(text: string, refresh: Refresh<Value>): Promise<Value>;
}

interface Turn<Value> {
  readonly settleMs: number;
  result: Promise<Value> | undefined;
  /** Whether it loads already. */
  hasBegun: boolean;
}

/** Holds only what is under way. */
export function createRefreshes<Value>(): Refreshes<Value> {
  const latest = new Map<string, Turn<Value>>();

  async function take(text: string, refresh: Refresh<Value>, own: Turn<Value>): Promise<Value> {
    const { settleMs, signal, invalidate, bring } = refresh;
    await invalidate();
    const later = latest.get(text);
    const begin = (): Promise<Value> => {
      own.hasBegun = true;
      return bring();
    };
    // One that loads already may have begun too early for this one, and one that settles longer has it wait too long.
    if (later?.result === undefined || later === own || later.hasBegun || later.settleMs > settleMs) return begin();
    try {
      return await (signal === undefined ? later.result : untilAborted(later.result, signal));
    } catch {
      signal?.throwIfAborted();
      // The later one was given up, or failed: that is its caller's affair.
      return begin();
    }
  }

  return {
    async run(text, refresh) {
      const turn: Turn<Value> = { settleMs: refresh.settleMs, result: undefined, hasBegun: false };
      latest.set(text, turn);
      turn.result = take(text, refresh, turn);
      try {
        return await turn.result;
      } finally {
        if (latest.get(text) === turn) latest.delete(text);
      }
    },
  };
}
