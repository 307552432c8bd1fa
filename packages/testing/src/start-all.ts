/**
 * Starts several servers at the same time.
 *
 * @throws what the first start that failed threw, when all that did start are closed again.
 */
export async function startAll<T extends { close(): Promise<void> }>(
  starts: readonly (() => Promise<T>)[],
): Promise<T[]> {
  const results = await Promise.allSettled(starts.map((start) => start()));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await closeAll(started);
  throw failed.reason;
}

/** Closes servers at the same time, all of them even when one of them fails. */
export async function closeAll(servers: readonly { close(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(servers.map((server) => server.close()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
