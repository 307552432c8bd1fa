import type { MemcacheDriver } from '../src/index.ts';

/** Whatever can be read: a driver or a pool. */
export type Readable = Pick<MemcacheDriver, 'get' | 'getMany'>;

/** What came of many reads. */
export interface Tally {
  hits: number;
  misses: number;
  /** Keys that were answered with something else than was stored under them. */
  readonly wrong: string[];
  /** How often each code rejected a read; what is no coded error counts by its message. */
  readonly codes: Map<string, number>;
}

/** The keys that the fault tests read; the value of each tells which key it belongs to. */
export const hammerKeys: readonly string[] = Array.from({ length: 64 }, (_, index) => `hammer-${index}`);

/** What is stored under a key: between 10 and 20,000 bytes. */
export function valueOf(key: string): string {
  const index = hammerKeys.indexOf(key);
  return `${key}=`.repeat(1 + (index % 8 === 0 ? 1500 : index % 8));
}

/** Stores all keys. */
export async function fill(driver: Pick<MemcacheDriver, 'set'>): Promise<void> {
  await Promise.all(hammerKeys.map((key) => driver.set(key, valueOf(key))));
}

/** Reads the keys with `workers` readers at once until `isDone` says so. Resolves when every read is settled. */
export async function hammer(reader: Readable, isDone: (tally: Tally) => boolean, workers = 16): Promise<Tally> {
  const tally: Tally = { hits: 0, misses: 0, wrong: [], codes: new Map() };
  let turn = 0;
  const work = async (): Promise<void> => {
    while (!isDone(tally)) {
      await readOnce(reader, hammerKeys[turn++ % hammerKeys.length]!, tally);
      // A read that fails at once must not keep the sockets from being served.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return tally;
}

/** Reads each key once, all at the same time. */
export async function readAll(reader: Readable): Promise<Tally> {
  const tally: Tally = { hits: 0, misses: 0, wrong: [], codes: new Map() };
  await Promise.all(hammerKeys.map((key) => readOnce(reader, key, tally)));
  return tally;
}

async function readOnce(reader: Readable, key: string, tally: Tally): Promise<void> {
  try {
    const item = await reader.get(key);
    if (item === undefined) tally.misses++;
    else if (item.value.toString() === valueOf(key)) tally.hits++;
    else tally.wrong.push(key);
  } catch (error) {
    const name = codeOf(error);
    tally.codes.set(name, (tally.codes.get(name) ?? 0) + 1);
  }
}

/** The code of a rejection, or the error itself as text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
