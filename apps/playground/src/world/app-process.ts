import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { sleep } from '@lockstep/core';

const resolveApp = createRequire(import.meta.url).resolve;
const startDeadlineMs = 60_000;
const stopDeadlineMs = 1500;
const restartDelayMs = 500;

/** Which app to run, for which region, and where it can be asked whether it is alive. */
export interface AppSpec {
  readonly role: 'proxy' | 'shipper' | 'receiver' | 'consumer' | 'refresher';
  /** Which of several of that role. */
  readonly number?: number;
  readonly region: string;
  readonly topologyPath: string;
  readonly logPath: string;
  readonly probePort: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Told when the process ended though nobody asked it to; it is then started again. */
  readonly onUnexpectedExit: (what: string) => void;
}

/** One Lockstep app as a process of its own. */
export class AppProcess {
  readonly name: string;
  readonly #spec: AppSpec;
  #child: ChildProcess | undefined;
  #wanted = false;

  constructor(spec: AppSpec) {
    this.#spec = spec;
    this.name = `${spec.role}${spec.number === undefined ? '' : ` ${spec.number}`} of ${spec.region}`;
  }

  /** Where it can be asked whether it is alive. */
  get probePort(): number {
    return this.#spec.probePort;
  }

  /** Of the process that runs, or ran last. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process and resolves when it is ready.
   *
   * @throws with the end of its log when it exits or is not ready within 60 s.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const child = this.#spawn();
    const giveUpAt = performance.now() + startDeadlineMs;
    while (!(await isReady(this.#spec.probePort))) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${this.name} did not start:\n${lastLines(this.#spec.logPath)}`);
      }
      if (performance.now() > giveUpAt) {
        throw new Error(
          `${this.name} was not ready within ${startDeadlineMs / 1000} s:\n${lastLines(this.#spec.logPath)}`,
        );
      }
      await sleep(25, { signal });
    }
  }

  /** Ends the process with SIGKILL, as a crash would. It stays down until `start`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks the process to shut down, and ends it by force after 1.5 s. Idempotent. */
  async stop(): Promise<void> {
    const child = this.#child;
    const force = setTimeout(() => child?.kill('SIGKILL'), stopDeadlineMs);
    await this.#end('SIGTERM');
    clearTimeout(force);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  #spawn(): ChildProcess {
    const { role, region, topologyPath, logPath, environment } = this.#spec;
    const log = openSync(logPath, 'a');
    // `detached` keeps a Ctrl-C in the terminal from reaching the child, so that the order of the
    // shutdown is ours; the IPC channel ends the child when this process dies by force.
    const child = spawn(
      process.execPath,
      [resolveApp(`@lockstep/${role}`), '--config', topologyPath, '--region', region],
      { detached: true, stdio: ['ignore', log, log, 'ipc'], env: { ...process.env, ...environment } },
    );
    closeSync(log);
    this.#child = child;
    this.#wanted = true;
    const again = (why: string): void => {
      if (!this.#wanted || this.#child !== child) return;
      this.#spec.onUnexpectedExit(`${this.name} ended (${why}); starting it again`);
      setTimeout(() => {
        // Somebody else may have started or stopped it meanwhile.
        if (this.#wanted && this.#child === child) this.#spawn();
      }, restartDelayMs);
    };
    child.once('error', (error) => again(error.message));
    child.once('exit', (code, signal) => again(signal ?? `exit ${code}`));
    return child;
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1000) });
    return response.ok;
  } catch {
    return false;
  }
}

function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
}
