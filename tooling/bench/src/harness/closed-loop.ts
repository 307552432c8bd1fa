/**
 * Keeps `concurrency` operations in flight for `durationMs`: as soon as one is done, its slot starts the next.
 *
 * @returns operations per second, those in flight at the end included.
 * @throws what the first operation that failed threw, when all others have ended.
 */
export async function closedLoop(
  concurrency: number,
  durationMs: number,
  operation: (index: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let started = 0;
  const slot = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const index = started;
      started += 1;
      await operation(index);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, slot));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return (started * 1000) / (performance.now() - startedAt);
}
