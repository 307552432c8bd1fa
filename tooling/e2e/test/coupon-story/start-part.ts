import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What all parts of the story are told. */
export interface StorySettings {
  readonly redisPort: number;
  readonly sourceUrl: string;
  readonly ttlMs: number;
  readonly refreshBelowMs: number;
  readonly leaseMs: number;
}

/** A gateway or a worker in a process of its own. */
export interface Part extends AsyncDisposable {
  readonly name: string;
  readonly child: ChildProcess;
  /** Where a gateway listens. */
  readonly url: string;
}

/** Starts one and resolves when it works. @throws when the process ends instead. */
export async function startPart(role: 'gateway' | 'worker', name: string, settings: StorySettings): Promise<Part> {
  const script = fileURLToPath(new URL('part.mjs', import.meta.url));
  const child = fork(script, [role, name, JSON.stringify(settings)], { execArgv: [] });
  const gone = once(child, 'exit');
  const ready = once(child, 'message') as Promise<[{ port?: number }]>;
  const [message] = await Promise.race([
    ready,
    gone.then(() => {
      throw new Error(`${name} has ended before it was ready`);
    }),
  ]);
  return {
    name,
    child,
    url: `http://127.0.0.1:${message.port}/`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
