/** Lets a bounded number of loads of one bulk read run at a time. */
export interface LoadTurns {
  /** Runs `load` when it is its turn. */
  run<Result>(load: () => Promise<Result>): Promise<Result>;
}

/** `max` at a time, in the order in which they came. */
export function createLoadTurns(max: number): LoadTurns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(load) {
      if (running < max) running++;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
      try {
        return await load();
      } finally {
        // The turn goes to the next one, or back.
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
