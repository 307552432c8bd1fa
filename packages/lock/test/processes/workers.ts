import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Something that was done under a lock, on the clock that all processes share. */
export interface Effect {
  readonly pid: number;
  readonly token: number;
  /** Of an election. */
  readonly term?: number;
  readonly at: number;
}

/** How a worker works. */
export interface WorkerSettings {
  readonly port: number;
  readonly ttlMs: number;
  /** Of one section. */
  readonly sectionMs?: number;
  readonly everyMs: number;
}

/** Processes that work under one lock, and what all of them did. */
export interface Workers extends AsyncDisposable {
  readonly effects: Effect[];
  start(changed?: Partial<WorkerSettings>): Promise<ChildProcess>;
}

const sections = new URL('worker.mjs', import.meta.url);

/** Starts none yet. */
export function openWorkers(settings: WorkerSettings, script: URL = sections): Workers {
  const children: ChildProcess[] = [];
  const effects: Effect[] = [];
  return {
    effects,
    async start(changed) {
      const child = fork(fileURLToPath(script), [JSON.stringify({ ...settings, ...changed })], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      child.on('message', (effect: Effect) => effects.push({ ...effect, pid: child.pid! }));
      return child;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
    },
  };
}

/** Effects that came after one under a newer token. */
export function staleEffects(effects: readonly Effect[]): Effect[] {
  let newest = 0;
  return effects
    .toSorted((a, b) => a.at - b.at)
    .filter(({ token }) => {
      newest = Math.max(newest, token);
      return token < newest;
    });
}
