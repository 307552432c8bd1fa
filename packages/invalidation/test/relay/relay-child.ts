import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('relay-process.mjs', import.meta.url));

/** A relay in a process of its own. */
export interface RelayChild {
  /** Stops it where it is, and lets it run on. */
  freeze(): void;
  thaw(): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts one and waits until it listens. It ends with this process. */
export async function startRelayChild(path: string, redisPort: number, namespace: string): Promise<RelayChild> {
  const args = [script, path, String(redisPort), namespace];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return {
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
