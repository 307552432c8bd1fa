import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

// Each line on stdin is the process group to end, or empty when there is none now. The end of stdin
// means that the owner closed the server or died, however it died. A forked child of the server may
// still create a file while the directory is being removed, hence the second tries.
const SCRIPT = `
trap '' HUP INT TERM
group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then kill -s KILL -- "-$group" 2>/dev/null; fi
tries=0
while [ -e "$1" ] && [ "$tries" -lt 50 ]; do
  rm -rf -- "$1" 2>/dev/null
  tries=$((tries + 1))
  if [ -e "$1" ]; then sleep 0.1; fi
done
`;

/**
 * A tiny process that outlives ours just long enough to clean up after it: it holds the read end of
 * a pipe, and when the pipe ends it kills the server it was told about and removes the directory.
 */
export class Guardian {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    // If somebody ends the guardian, the pipe breaks. Then only the clean-up after a crash of this
    // process is lost; `close()` of the server does the same work itself.
    child.stdin?.on('error', () => {});
    child.unref();
    (child.stdin as Socket | null)?.unref();
  }

  /** Names the process group to kill from now on; `undefined` for none. */
  watch(group: number | undefined): void {
    this.#child.stdin?.write(`${group ?? ''}\n`);
  }

  /** Lets the guardian end, and waits for it. */
  async close(): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end();
    await this.#ended;
  }
}

/**
 * Starts a guardian that removes `dir` in the end. In a session of its own, so that Ctrl-C spares it.
 *
 * @throws the system's error when there is no `/bin/sh`.
 */
export async function startGuardian(dir: string): Promise<Guardian> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'lockstep-guardian', dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  await once(child, 'spawn');
  return new Guardian(child);
}
