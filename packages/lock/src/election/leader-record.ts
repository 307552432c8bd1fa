import type { LockInfo } from '../driver/lock-driver.ts';
import type { Leader } from './election.ts';

/** What a candidate tells of itself. */
export type CandidateRecord = Pick<Leader, 'id' | 'host' | 'metadata'>;

/** The lock that an election is about. It is apart from locks that are called like the election. */
export function electionKey(name: string): string {
  return `election:${name}`;
}

/** The record as the metadata of a lease. */
export function writeRecord({ id, host, metadata }: CandidateRecord): string {
  return JSON.stringify(metadata === undefined ? [id, host] : [id, host, metadata]);
}

/** Who leads, from the lease of an election. Undefined as long as it was not counted: it has not begun then. */
export function readLeader(info: LockInfo | undefined): Leader | undefined {
  if (info?.term === undefined) return undefined;
  const { owner, token, term } = info;
  const [id = owner, host = '', metadata] = parts(info.metadata);
  return { id, host, metadata, term, token };
}

function parts(text = '[]'): (string | undefined)[] {
  try {
    const record: unknown = JSON.parse(text);
    if (Array.isArray(record) && record.every((part) => typeof part === 'string')) return record;
  } catch {
    // Then it is no candidate of ours, and leads all the same.
  }
  return [];
}
