import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Guardian } from './guardian.ts';
import type { OutputTail } from './output-tail.ts';
import { TestingError } from './testing-error.ts';

/** What to start. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** How to install it, for the error when it is missing. */
  readonly install: string;
}

/** One run of a server, from its start to its end, in a process group of its own. */
export class ServerProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(child: ChildProcess, pid: number, guardian: Guardian) {
    this.pid = pid;
    this.#child = child;
    child.once('exit', () => guardian.watch(undefined));
    // 'close' comes after 'exit', when all output has been read.
    this.#exited = new Promise((done) => {
      child.once('close', () => done());
    });
    this.#letProcessEnd();
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal to the server and to what it forked; does nothing when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (!this.isRunning) return;
    try {
      process.kill(-this.pid, name);
    } catch (error) {
      // It has just ended and Node has not heard of it yet: Linux says ESRCH, macOS EPERM.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }

  /** Stops the process where it is, and resolves when the kernel has done so. */
  async freeze(signal: AbortSignal): Promise<void> {
    this.signal('SIGSTOP');
    while (this.isRunning && !(await isStopped(this.pid))) await sleep(5, undefined, { signal });
  }

  /** Resolves when the process has ended and all of its output is read. */
  async waitForExit(signal: AbortSignal): Promise<void> {
    this.#child.ref();
    try {
      await unlessAborted(this.#exited, signal);
    } finally {
      this.#letProcessEnd();
    }
  }

  /** A server that nobody closed must not keep our process alive: the guardian ends it afterwards. */
  #letProcessEnd(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) (stream as Socket | null)?.unref();
  }
}

/**
 * Starts a server process under a guardian.
 *
 * @throws TestingError `ERR_TESTING_NO_SERVER` when the program is not on the PATH,
 *   `ERR_TESTING_START_FAILED` when the system cannot start it for another reason.
 */
export async function startProcess(command: Command, guardian: Guardian, output: OutputTail): Promise<ServerProcess> {
  const { file, args, cwd, install } = command;
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  // In the same turn as the start, so that the guardian knows even if we are killed right now.
  if (child.pid !== undefined) guardian.watch(child.pid);
  output.collect(child.stdout);
  output.collect(child.stderr);
  try {
    await once(child, 'spawn');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw isMissing
      ? new TestingError('ERR_TESTING_NO_SERVER', `${file} is not on the PATH. Install it: ${install}`, {
          cause: error,
        })
      : new TestingError('ERR_TESTING_START_FAILED', `${file} cannot be started`, { cause: error });
  }
  return new ServerProcess(child, child.pid as number, guardian);
}

async function isStopped(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The state follows the program's name, which is in parentheses and may hold anything.
  return status === '' || status.slice(status.lastIndexOf(')') + 2).startsWith('T');
}

/** Leaves no listener on the signal: Node keeps a combined signal alive for as long as it has one. */
async function unlessAborted(event: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
  });
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([event, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
