import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import type { WorkerEvent, WorkerRequest } from './history.ts';

const script = fileURLToPath(new URL('lock-worker-server.js', import.meta.url));
/** Only a hang exceeds it. */
const patienceMs = 60_000;
const maxComplaint = 2000;

/** What a worker is told when it starts. */
export interface WorkerSettings {
  readonly library: string;
  readonly redisUrl: string;
  readonly ttlMs: number;
  /** How long it works under the lock. */
  readonly sectionMs: number;
  /** How often it has an effect meanwhile. */
  readonly everyMs: number;
}

/** A process that works under the lock. */
export interface LockWorker extends AsyncDisposable {
  readonly pid: number;
  stop(): void;
  goOn(): void;
  /** Blocks its event loop. */
  block(lastsMs: number): void;
  /** Kills it; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a process and waits until its locks are open.
 *
 * @throws Error when it ends before.
 */
export async function startLockWorker(
  settings: WorkerSettings,
  onEvent: (event: WorkerEvent) => void,
): Promise<LockWorker> {
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Libraries complain at length about connections that break here on purpose: only the end matters, if it ends.
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-maxComplaint);
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await untilReady(child, onEvent, () => complaints);
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    pid: child.pid!,
    stop: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    block: (lastsMs) => void child.send({ kind: 'block', lastsMs } satisfies WorkerRequest),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function untilReady(
  child: ChildProcess,
  onEvent: (event: WorkerEvent) => void,
  complaints: () => string,
): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (event: WorkerEvent) => {
      if (event.kind === 'ready') resolve();
      else onEvent(event);
    });
    child.once('exit', (code) => reject(new Error(`a worker ended with code ${String(code)}: ${complaints()}`)));
  });
  const onTimeout = (): Error => new Error(`a worker is not ready after ${patienceMs} ms: ${complaints()}`);
  return withDeadline(ready, { ms: patienceMs, onTimeout });
}
