import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';

// Each line is the process to end, or empty. The end of the input means that the playground is done with it, or died,
// however it died. A process that is ending may still create a file, hence the second tries.
const script = `
trap '' HUP INT TERM
server=
while read -r line; do server=$line; done
if [ -n "$server" ]; then kill -s "\${1#SIG}" "$server" 2>/dev/null; fi
tries=0
while [ -e "$2" ] && [ "$tries" -lt 50 ]; do
  rm -rf -- "$2" 2>/dev/null
  tries=$((tries + 1))
  if [ -e "$2" ]; then sleep 0.1; fi
done
`;

/** A tiny process that outlives this one just long enough to remove a directory, and to end a server that uses it. */
export class Keeper {
  readonly #child: ChildProcess;
  readonly #directory: string;

  constructor(directory: string, stopSignal: NodeJS.Signals = 'SIGKILL') {
    this.#directory = directory;
    this.#child = spawn('/bin/sh', ['-c', script, 'keeper', stopSignal, directory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    // Where it cannot run, or somebody ended it, `close` alone does the work.
    this.#child.stdin?.on('error', () => {});
    this.#child.on('error', () => {});
    this.#child.unref();
    (this.#child.stdin as Socket | null)?.unref();
  }

  /** Names the process to end from now on. */
  watch(pid: number | undefined): void {
    this.#child.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Removes the directory. Idempotent. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.ref();
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
