import type { KeyRecord } from './ledger.ts';

/** A key whose state cannot be explained by what the clients did. */
export interface Difference {
  readonly key: string;
  readonly region: string;
  readonly problem: 'stale value' | 'missing' | 'values differ between regions' | 'travelled though its class does not';
}

/** What came of comparing one key everywhere. */
export interface Verdict {
  readonly difference: Difference | undefined;
  /** The key is gone from a region only because its memcached was killed: a miss, so still coherent. */
  readonly emptied: boolean;
}

/**
 * Judges one key from what each region holds at rest.
 *
 * @param found digest by region; undefined is a miss.
 * @param nowMs wall-clock milliseconds at which the regions were read.
 * @param excused whether a memcached restart explains that `region` lost a write that began at `startedAt`.
 */
export function judge(
  record: KeyRecord,
  found: ReadonlyMap<string, string | undefined>,
  nowMs: number,
  excused: (region: string, startedAt: number) => boolean,
): Verdict {
  const { key, policy, writes } = record;
  const live = writes.filter((write) => write.digest !== undefined && write.expiresAtMs > nowMs);
  const wasLost = live.length < writes.length || writes.some((write) => write.uncertain);
  const belongsTo = (region: string): boolean =>
    policy === 'replicate' || (policy === 'none' && writes.some((write) => write.region === region));
  let emptied = false;
  let elsewhere: string | undefined;
  for (const [region, digest] of found) {
    const problem = (what: Difference['problem']): Verdict => ({ difference: { key, region, problem: what }, emptied });
    if (digest === undefined) {
      if (wasLost || !belongsTo(region)) continue;
      if (!live.every((write) => excused(region, write.startedAt))) return problem('missing');
      emptied = true;
      continue;
    }
    const sources = live.filter((write) => write.digest === digest);
    if (sources.length === 0) return problem('stale value');
    if (policy === 'none' && !sources.some((write) => write.region === region)) {
      return problem('travelled though its class does not');
    }
    if (policy !== 'none' && elsewhere !== undefined && elsewhere !== digest) {
      return problem('values differ between regions');
    }
    elsewhere = digest;
  }
  return { difference: undefined, emptied };
}
