/** What is kept under every key: small, as most of what is cached. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** How many keys are read before the time is looked at. */
const BATCH = 1024;
const FILL_AT_ONCE = 128;

/** Ids that are flat strings, in no order that memory would like. */
export function idsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(`u${Math.imul(index, 0x9e3779b1) >>> 0}`).toString('latin1'),
  );
}

export function itemOf(id: string): Item {
  return { id, name: 'somebody with a name', version: 1 };
}

/** Calls `fill` for each id, so many at once that a round trip each does not make up the whole bench. */
export async function fillAll(ids: readonly string[], fill: (id: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < ids.length; start += FILL_AT_ONCE)
    await Promise.all(ids.slice(start, start + FILL_AT_ONCE).map(fill));
}

/** Reads ids one after the other for `durationMs`, again and again. @returns reads per second */
export function readSync(ids: readonly string[], durationMs: number, read: (id: string) => unknown): number {
  const startedAt = performance.now();
  const mask = ids.length - 1;
  let [done, found, elapsed] = [0, 0, 0];
  while (elapsed < durationMs) {
    for (let end = done + BATCH; done < end; done++) if (read(ids[done & mask]!) !== undefined) found++;
    elapsed = performance.now() - startedAt;
  }
  if (found !== done) throw new Error(`${done - found} of ${done} reads found nothing`);
  return (done * 1000) / elapsed;
}

/** The same for reads that promise their value: each is awaited before the next. */
export async function readAsync(
  ids: readonly string[],
  durationMs: number,
  read: (id: string) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  const mask = ids.length - 1;
  let [done, found, elapsed] = [0, 0, 0];
  while (elapsed < durationMs) {
    // A slow library must not hold up the clock for long.
    for (let end = done + 64; done < end; done++) if ((await read(ids[done & mask]!)) !== undefined) found++;
    elapsed = performance.now() - startedAt;
  }
  if (found !== done) throw new Error(`${done - found} of ${done} reads found nothing`);
  return (done * 1000) / elapsed;
}
