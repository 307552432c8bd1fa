import { withDeadline } from '@lockstep/core';

import { publishElection } from '../channels.ts';
import { LockError } from '../lock-error.ts';
import { Candidacy } from './candidacy.ts';
import { checkElectOptions } from './elect-options.ts';
import type { ElectionDoor } from './election-door.ts';
import { createElectionEar } from './election-events.ts';
import type { Election, ElectOptions, ResignOptions } from './election.ts';
import { readLeader } from './leader-record.ts';
import { LeaderWatch } from './leader-watch.ts';

/**
 * Takes part in an election from now on.
 *
 * @throws TypeError or RangeError for options that make no sense.
 */
export function createElection(door: ElectionDoor, name: string, given: ElectOptions): Election {
  const options = checkElectOptions(name, given);
  const { id, key, onElected } = options;
  const { clock, onError } = door;
  const ear = createElectionEar({
    onError,
    onListener: (event) => {
      if (event === 'leader') watch.look();
    },
  });
  const watch = new LeaderWatch(options, door, ear);
  const candidacy = new Candidacy(options, door, ear, () => watch.look());
  let closing: Promise<void> | undefined;

  ear.on('elected', (leadership) => {
    publishElection(leadership);
    watch.elected(leadership);
  });
  ear.on('revoked', publishElection);
  if (given.onRevoked !== undefined) ear.on('revoked', given.onRevoked);
  if (given.onLeaderChange !== undefined) ear.on('leader', given.onLeaderChange);
  if (given.onError !== undefined) ear.on('error', given.onError);
  const over = onElected === undefined ? Promise.resolve() : candidacy.run(onElected);

  /** Whether it is over in time. */
  const drained = (work: Promise<void>, { drainMs = 5000, signal }: ResignOptions): Promise<boolean> => {
    const late = new LockError('ERR_LOCK_TIMEOUT', 'late');
    const done = work.then(() => true);
    return withDeadline(done, { ms: drainMs, signal, clock, onTimeout: () => late }).catch((error: unknown) => {
      if (error === late) return false;
      throw error;
    });
  };

  async function resign(how: ResignOptions = {}): Promise<'resigned' | 'draining'> {
    how.signal?.throwIfAborted();
    const work = candidacy.stepDown('resigned', new LockError('ERR_LOCK_RESIGNED', `the leader of "${name}" resigned`));
    return (await drained(work, how)) ? 'resigned' : 'draining';
  }

  async function close({ drainMs = 5000 }: { readonly drainMs?: number } = {}): Promise<void> {
    watch.close();
    door.closed(election);
    candidacy.end(new LockError('ERR_LOCK_CLOSED', `the election "${name}" was closed`));
    if (await drained(over, { drainMs })) return;
    const message = `the work of the leader of "${name}" was not over ${drainMs} ms after its election was closed`;
    ear.tell('error', new LockError('ERR_LOCK_CLOSED', message));
  }

  const election: Election = {
    name,
    id,
    isLeader: () => candidacy.leadership?.isLeader() === true,
    get leadership() {
      const { leadership } = candidacy;
      return leadership?.isLeader() === true ? leadership : undefined;
    },
    leader: async ({ signal } = {}) => readLeader(await door.inspect(key, { signal })),
    on: ear.on,
    resign,
    close: (how) => (closing ??= close(how)),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
  return election;
}
