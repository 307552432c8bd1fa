/** Waiters of one process: `lock-process-server.js SETTINGS`, driven by messages of the parent. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { machineNow } from '../invalidation/sent-key.ts';
import { countCommands } from './count-commands.ts';
import type { LockAnswer, LockProcessSettings, LockRequest, Turn } from './lock-process.ts';
import { findLockPeer } from './peers/lock-peers.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as LockProcessSettings;
const { library, redisUrl, ttlMs, waiters, sectionMs } = settings;
const key = 'contended';
/** For how long one that gave the lock back does not ask again: longer than anybody polls. */
const aloofMs = 500;

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));
const commands = countCommands();
const locks = await findLockPeer(library).open({ redisUrl, ttlMs });
const turns: Turn[] = [];
const released = new EventTarget();
const stopping = new AbortController();

function answer(what: LockAnswer): void {
  process.send?.(what);
}

/** One waiter that works as soon as it can, and asks again at once. */
async function takeTurns(waiter: string): Promise<void> {
  while (!stopping.signal.aborted) {
    const askedAt = machineNow();
    const release = await locks.acquire(key);
    const beganAt = machineNow();
    await pause(sectionMs);
    turns.push({ waiter, askedAt, beganAt, endedAt: machineNow() });
    await release();
  }
}

/** One waiter that has the lock, renewed, until it is told to give it back. */
async function lead(): Promise<void> {
  for (;;) {
    try {
      await locks.hold(key, async () => {
        answer({ kind: 'began', at: machineNow() });
        await once(released, 'release');
        answer({ kind: 'ended', at: machineNow() });
      });
      // It has resigned: the others go first.
      await pause(aloofMs);
    } catch {
      // Some give up waiting after a while. It asks again.
      await pause(1);
    }
  }
}

async function start(): Promise<void> {
  const all = Array.from({ length: waiters }, (_, index) =>
    sectionMs > 0 ? takeTurns(`${process.pid}.${index}`) : lead(),
  );
  await Promise.all(all);
}

let running: Promise<void> | undefined;
process.on('message', (request: LockRequest) => {
  if (request === 'start') {
    running = start();
    running.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
  if (request === 'release') released.dispatchEvent(new Event('release'));
  if (request === 'count') answer({ kind: 'counted', commands: commands() });
  if (request === 'stop') {
    stopping.abort();
    const counted = commands();
    void running?.then(() => answer({ kind: 'stopped', turns, commands: counted }));
  }
});
answer({ kind: 'ready' });
