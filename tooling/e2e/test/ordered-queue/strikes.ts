import { setTimeout as wait } from 'node:timers/promises';

import type { Consumer, Consumers } from './consumers.ts';

/** Something that befalls the leader, and ends when it resolves. */
export type Strike = (leader: Consumer, story: StruckStory) => Promise<void>;

/** What a strike can look at. */
export interface StruckStory {
  readonly consumers: Consumers;
  /** Resolves when somebody else is heard at the sink; then it hears what is left of the one before. */
  readonly overtaken: () => Promise<void>;
}

/** What befalls the leader, by name. */
export const strikes: Readonly<Record<string, Strike>> = {
  async 'kill -9'(leader, { consumers, overtaken }) {
    leader.role.child.kill('SIGKILL');
    await overtaken();
    await consumers.replace(leader);
  },
  async freeze(leader, { overtaken }) {
    leader.role.child.kill('SIGSTOP');
    await overtaken();
    // It wakes up in the middle of the work of its successor.
    leader.role.child.kill('SIGCONT');
  },
  async flicker(leader, { overtaken }) {
    // Around the end of its lease: sometimes it may go on, sometimes it was overtaken while it slept.
    for (const ms of [400, 950]) {
      leader.role.child.kill('SIGSTOP');
      await wait(ms);
      leader.role.child.kill('SIGCONT');
    }
    leader.role.child.kill('SIGSTOP');
    await overtaken();
    leader.role.child.kill('SIGCONT');
  },
  async 'rolling restart'(leader, { consumers, overtaken }) {
    leader.role.child.kill('SIGTERM');
    await overtaken();
    await leader.role.exited;
    await consumers.replace(leader);
  },
};
