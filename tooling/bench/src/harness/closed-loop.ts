/**
 * Keeps `concurrency` operations in flight for `durationMs`: as soon as one is done, its slot starts the next.
 *
 * @param check looks at what an operation resolved with. An operation that awaits and looks itself would add to the
 * cost of what is measured.
 * @returns operations per second, those in flight at the end included.
 * @throws what the first operation that failed threw, when all others have ended.
 */
export async function closedLoop<T>(
  concurrency: number,
  durationMs: number,
  operation: (index: number) => Promise<T>,
  check: (result: T, index: number) => void = () => {},
): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let started = 0;
  const slot = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const index = started;
      started += 1;
      check(await operation(index), index);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, slot));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return (started * 1000) / (performance.now() - startedAt);
}
