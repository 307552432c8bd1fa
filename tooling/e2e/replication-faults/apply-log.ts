import { existsSync, readFileSync, truncateSync } from 'node:fs';

/** What was found in what the receivers of a region stored. */
export interface Applied {
  readonly stores: number;
  /** Stores of an older value than one that was stored before. */
  readonly disordered: number;
  /** Stores of what the region itself wrote: it has come in a circle. */
  readonly returned: number;
}

/** What the receivers of a region stored in memcached, as they have written it down; see hear-stores.mjs. */
export class ApplyLog {
  readonly #region: string;
  readonly #files: readonly string[];

  /**
   * @param region the name of the region that it is stored in.
   * @param files one for each of its receivers.
   */
  constructor(region: string, files: readonly string[]) {
    this.#region = region;
    this.#files = files;
  }

  /**
   * Judges, key by key, what was stored since the last call of keys that one region alone writes,
   * `own:RUN:REGION:NUMBER`. The same value again is a batch that was not confirmed.
   */
  judge(): Applied {
    const stores = this.#files.flatMap(takeLines).toSorted((one, other) => Number(one.at - other.at));
    const newest = new Map<string, number>();
    let disordered = 0;
    let returned = 0;
    for (const { key, number } of stores) {
      if (key.split(':')[2] === this.#region) returned += 1;
      if (number < (newest.get(key) ?? 0)) disordered += 1;
      newest.set(key, number);
    }
    return { stores: stores.length, disordered, returned };
  }
}

interface Store {
  readonly at: bigint;
  readonly key: string;
  readonly number: number;
}

function takeLines(file: string): Store[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'latin1').split('\n').slice(0, -1);
  truncateSync(file);
  return lines.map((line) => {
    const [at = '', key = '', number] = line.split(' ');
    return { at: BigInt(at), key, number: Number(number) };
  });
}
