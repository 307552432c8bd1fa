import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** How one app is started, again and again. */
export interface AppCommand {
  /** What it is called in reports, such as `east shipper 2`. */
  readonly label: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when it is ready. */
  readonly readyUrl: string;
}

/** What is wrong with a process that runs; what is left out is right. See preload.mjs. */
export interface Affliction {
  /** Milliseconds that its clock is ahead. */
  readonly skewMs?: number;
  /** Where it ends, such as `before:commit-batch:3`, or is frozen: `before:commit-batch:3:freeze`. */
  readonly failPoint?: string;
}

const preload = new URL('preload.mjs', import.meta.url).href;
const startMs = 110_000;
/** The end of what it printed, for whoever has to find out why. */
const maxOutput = 20_000;

/** An app as a process of its own that is struck and put back. It ends when this process does. */
export class AppProcess implements AsyncDisposable {
  readonly #command: AppCommand;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #output = '';

  constructor(command: AppCommand) {
    this.#command = command;
  }

  get label(): string {
    return this.#command.label;
  }

  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it where it does not run. `extra` variables are set for this start only. */
  start(extra: Readonly<Record<string, string>> = {}): void {
    if (this.isRunning) return;
    const { args, environment } = this.#command;
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: `--import=${preload}`, ...environment, ...extra },
    });
    const keep = (chunk: Buffer): void => {
      this.#output = `${this.#output}${chunk.toString()}`.slice(-maxOutput);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#exited = once(child, 'close');
    this.#child = child;
  }

  /** Resolves when it says that it is ready. @throws Error when it ends before, or needs too long. */
  async ready(): Promise<void> {
    const { readyUrl, label } = this.#command;
    const giveUpAt = performance.now() + startMs;
    for (;;) {
      const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      if (answer?.status === 200) return;
      if (!this.isRunning) throw new Error(`${label} ended before it was ready: ${this.#output}`);
      if (performance.now() > giveUpAt) throw new Error(`${label} is not ready: ${this.#output}`);
      await wait(50);
    }
  }

  /** Whether it stands where a freeze has stopped it; never outside Linux. */
  async isFrozen(): Promise<boolean> {
    if (!this.isRunning) return false;
    const status = await readFile(`/proc/${this.#child?.pid}/stat`, 'latin1').catch(() => '');
    // The state follows the name of the program, which is in parentheses.
    return status.slice(status.lastIndexOf(')') + 2).startsWith('T');
  }

  /** Resolves when that holds, or the process has ended; of one that is frozen, when it has been thawed. */
  async afflict(affliction: Affliction): Promise<void> {
    const child = this.#child;
    if (child?.connected !== true) return;
    const told = once(child, 'message');
    child.send(affliction, () => undefined);
    await Promise.race([told, this.#exited]);
  }

  /** SIGKILL; resolves when it has ended. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
