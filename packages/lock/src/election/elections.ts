import type { LockRoom } from '../lock-room.ts';
import { countTerm } from './count-term.ts';
import { createElection } from './create-election.ts';
import type { ElectionDoor } from './election-door.ts';
import type { Election, ElectOptions } from './election.ts';

/** The elections of a process. */
export interface Elections {
  elect(name: string, options: ElectOptions): Election;
  /** Closes all of them. Never rejects. */
  close(how: { readonly drainMs?: number }): Promise<void>;
}

/** There are none yet. */
export function createElections(room: LockRoom): Elections {
  const open = new Set<Election>();
  const { clock, random, onError } = room.options;
  const door: ElectionDoor = {
    clock,
    random,
    onError,
    acquire: (key, options) => room.acquire(key, options),
    inspect: (key, { signal }) => room.inspect(key, signal),
    countTerm: (lease) => countTerm(room, lease),
    closed: (election) => void open.delete(election),
  };
  return {
    elect(name, options) {
      room.assertOpen();
      const election = createElection(door, name, options);
      open.add(election);
      return election;
    },
    async close(how) {
      await Promise.all(Array.from(open, (election) => election.close(how)));
    },
  };
}
