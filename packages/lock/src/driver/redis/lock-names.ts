import type { LockFamily } from '../lock-driver.ts';
import { hashSlot, hashTagOf } from './hash-slot.ts';

/** The names under which the locks of one prefix live in Redis. */
export interface LockNames {
  /**
   * What the names of a lock begin with, all in one hash slot: `{lk:<prefix>:<key>}`, or `lk:<prefix>:<key>` where the
   * key brings a hash tag of its own, so that keys with the same tag can be taken together.
   */
  base(key: string): string;
  /** The key of a base; undefined for a name that is none. */
  keyOf(base: string): string | undefined;
  /** What can go into one command: the hash slot in a Cluster, else everything. */
  groupOf(key: string): string;
  /** What the channels of processes begin with; the process id follows. */
  readonly channel: string;
}

/** What the names of each family begin with. */
const SPACES = { lock: 'lk', semaphore: 'lks', 'read-write': 'lkrw' } as const;

/** Names what belongs to `prefix`. */
export function createLockNames(prefix: string, isCluster: boolean, space: 'lock' | LockFamily = 'lock'): LockNames {
  const plain = `${SPACES[space]}:${prefix}:`;
  const tagged = `{${plain}`;
  const base = (key: string): string => (hashTagOf(key) === undefined ? `${tagged}${key}}` : plain + key);
  return {
    base,
    keyOf(name) {
      if (name.startsWith(tagged)) return name.slice(tagged.length, -1);
      return name.startsWith(plain) ? name.slice(plain.length) : undefined;
    },
    groupOf: (key) => (isCluster ? String(hashSlot(base(key))) : ''),
    channel: `lk:${prefix}:p:`,
  };
}
