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
  /** What a process listens to in the slot of a base follows its channel: `:{<hash tag of the base>}`. */
  slotSuffix(base: string): string;
  /**
   * What a command for these bases says that it works on. In a Cluster that is never one name alone, and one of them is
   * never there: then no node answers for a slot that is on its way to another, where a lock might look free on both.
   */
  readonly declared: (bases: readonly string[]) => readonly string[];
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
    slotSuffix: (name) => `:{${hashTagOf(name)}}`,
    declared: (bases) => (isCluster ? [...bases, `${bases[0]}:none`] : bases),
  };
}
