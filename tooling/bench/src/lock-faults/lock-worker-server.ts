/** One process that works under a lock: `lock-worker-server.js SETTINGS`; it tells its parent what it did and when. */
import { setTimeout as pause } from 'node:timers/promises';

import { describeError } from '@lockstep/core';

import { machineNow } from '../invalidation/sent-key.ts';
import type { WorkerEvent, WorkerRequest } from './history.ts';
import { findLibrary } from './libraries.ts';
import { nemesisKey } from './nemesis-key.ts';
import type { WorkerSettings } from './lock-worker.ts';

const { library, redisUrl, ttlMs, sectionMs, everyMs } = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
/** Between two sections, so that others can have the lock; and after a failure. */
const restMs = 10;

function tell(event: WorkerEvent): void {
  process.send?.(event);
}

// The loop stands still, without keeping the processor from others.
const nobody = new Int32Array(new SharedArrayBuffer(4));
process.on('message', ({ lastsMs }: WorkerRequest) => void Atomics.wait(nobody, 0, 0, lastsMs));
// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));
// It lives on, as an app would that has been bitten once; but it counts.
process.on('unhandledRejection', (error) => tell({ kind: 'unheard', message: describeError(error) }));

const locks = await findLibrary(library).open({ redisUrl, ttlMs });
tell({ kind: 'ready' });
for (let count = 1; ; count += 1) {
  const session = `${process.pid}.${count}`;
  const askedAt = machineNow();
  try {
    await locks.hold(nemesisKey, async ({ token, isHeld }) => {
      const beganAt = machineNow();
      tell({ kind: 'began', session, askedAt, at: beganAt });
      while (machineNow() < beganAt + sectionMs) {
        // Before the check: a stop between the check and the effect is not the fault of a lock.
        const at = machineNow();
        if (!isHeld()) return;
        tell({ kind: 'effect', session, token, at });
        await pause(everyMs);
      }
    });
  } catch {
    // Waiting timed out, the lock was lost or Redis is gone: each library says it in its own way. It asks again.
  }
  await pause(restMs);
}
