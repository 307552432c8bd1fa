import { setTimeout as wait } from 'node:timers/promises';

const everyMs = 20;

/**
 * How many times later than asked for timers come back while `work` is under way: 1 on a machine that has time, 3 on one
 * that gives each process a third of it.
 */
export async function measurePace<T>(work: Promise<T>): Promise<{ readonly result: T; readonly pace: number }> {
  const isOver = work.then(
    () => true,
    () => true,
  );
  const startedAt = performance.now();
  let rounds = 0;
  do rounds += 1;
  while (!(await Promise.race([isOver, wait(everyMs).then(() => false)])));
  const pace = (performance.now() - startedAt) / (rounds * everyMs);
  return { result: await work, pace: Math.max(1, pace) };
}
