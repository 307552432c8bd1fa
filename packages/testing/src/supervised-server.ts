import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { LOOPBACK } from './free-port.ts';
import { OutputTail } from './output-tail.ts';
import { type Command, type ServerProcess, startProcess } from './server-process.ts';
import { closeSite, type Site } from './site.ts';
import { TestingError } from './testing-error.ts';
import type { RestartOptions, StopOptions, TestServer } from './test-server.ts';

/** What is particular to one kind of server. */
export interface ServerKind {
  readonly name: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  readonly timeoutMs: number;
  /** Whether a restart may kill it. memcached keeps nothing, and takes a second to end by SIGTERM. */
  readonly losesNothingByKill: boolean;
  /** Writes what the start needs, and says what to run. */
  prepare(): Promise<Command>;
  /** Whether the process `pid`, and no stranger on its port, answers requests. */
  isReady(pid: number): Promise<boolean>;
  /** Called after each start. */
  started?(): Promise<void>;
  /** Called before a restart that keeps the data, while the server still runs. */
  save?(): Promise<void>;
  /** Called while the server is down, before a restart that drops the data. */
  dropData?(): Promise<void>;
}

/** Drives one server through starts and stops, one at a time, until it is closed. */
export class SupervisedServer implements TestServer {
  readonly host: string = LOOPBACK;
  readonly #kind: ServerKind;
  readonly #site: Site;
  readonly #output = new OutputTail();
  readonly #closing = new AbortController();
  #process: ServerProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(kind: ServerKind, site: Site) {
    this.#kind = kind;
    this.#site = site;
  }

  get port(): number {
    return this.#kind.port;
  }

  get socketPath(): string | undefined {
    return this.#kind.socketPath;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#process?.isRunning === true;
  }

  output(): string {
    return this.#output.toString();
  }

  /** Starts the process and resolves when it is ready; leaves nothing running when it fails. */
  start(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#start(signal));
  }

  stop(options: StopOptions = {}): Promise<void> {
    return this.#closed ?? this.#inTurn(() => this.#stop(options.signal));
  }

  kill(): Promise<void> {
    return this.#closed ?? this.#inTurn(() => this.#kill());
  }

  freeze(): Promise<void> {
    return this.#inTurn(() => this.#bounded('freeze', undefined, (signal) => this.#running().freeze(signal)));
  }

  thaw(): Promise<void> {
    return this.#inTurn(async () => this.#running().signal('SIGCONT'));
  }

  restart(options: RestartOptions = {}): Promise<void> {
    const { keepData = true, signal } = options;
    return this.#inTurn(async () => {
      if (this.isRunning) {
        // A frozen server could not save.
        this.#process?.signal('SIGCONT');
        if (keepData) await this.#kind.save?.();
        await (this.#kind.losesNothingByKill ? this.#kill() : this.#stop(signal));
      }
      if (!keepData) await this.#kind.dropData?.();
      await this.#start(signal);
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new TestingError('ERR_TESTING_CLOSED', `${this.#kind.name} was closed`));
    await this.#turn;
    try {
      await this.#kill();
    } finally {
      await closeSite(this.#site);
    }
  }

  /** Lifecycle calls run one after the other, so that a stop cannot meet a half-done start. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(() => {
      this.#closing.signal.throwIfAborted();
      return work();
    });
    // The caller of this turn hears of its failure; the next turn only waits for its end.
    this.#turn = run.catch(() => {});
    return run;
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const command = await this.#kind.prepare();
    await mkdir(command.cwd, { recursive: true });
    const { guardian } = this.#site;
    const outputBefore = this.#output.seen;
    const started = await startProcess(command, guardian, this.#output);
    this.#process = started;
    try {
      await this.#bounded('start', signal, async (bound) => {
        while (!(await this.#kind.isReady(started.pid))) {
          bound.throwIfAborted();
          if (!started.isRunning) {
            await started.waitForExit(bound);
            throw this.#startFailure(this.#output.since(outputBefore));
          }
          await sleep(20, undefined, { signal: bound });
        }
      });
      await this.#kind.started?.();
    } catch (error) {
      await this.#kill();
      throw error;
    }
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    const stopping = this.#process;
    if (stopping === undefined) return;
    await this.#bounded('stop', signal, async (bound) => {
      stopping.signal('SIGTERM');
      // A frozen process takes no signal but this one and SIGKILL.
      stopping.signal('SIGCONT');
      await stopping.waitForExit(bound);
    });
  }

  async #kill(): Promise<void> {
    this.#process?.signal('SIGKILL');
    // Not given up by `close()`, which is what needs it most.
    await this.#within('end', [], async (bound) => this.#process?.waitForExit(bound));
  }

  #running(): ServerProcess {
    if (this.#process?.isRunning === true) return this.#process;
    throw new TestingError('ERR_TESTING_NOT_RUNNING', `${this.#kind.name} is not running`);
  }

  /** Runs one step under the deadline, the caller's signal and `close()`. */
  #bounded(verb: string, signal: AbortSignal | undefined, step: (bound: AbortSignal) => Promise<void>): Promise<void> {
    return this.#within(verb, [this.#closing.signal, ...(signal === undefined ? [] : [signal])], step);
  }

  async #within(
    verb: string,
    signals: readonly AbortSignal[],
    step: (bound: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { name, timeoutMs } = this.#kind;
    const late = new AbortController();
    const timer = setTimeout(() => {
      const message = `${name} did not ${verb} within ${timeoutMs} ms. Its last output:\n${this.output()}`;
      late.abort(new TestingError('ERR_TESTING_TIMEOUT', message));
    }, timeoutMs);
    timer.unref();
    const bound = AbortSignal.any([late.signal, ...signals]);
    try {
      await step(bound);
    } catch (error) {
      // Timers of Node wrap the reason of a signal in an error of their own.
      throw bound.aborted ? bound.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #startFailure(output: string): TestingError {
    const { name, port } = this.#kind;
    return /address already in use/i.test(output)
      ? new TestingError(
          'ERR_TESTING_PORT_IN_USE',
          `Port ${port} on ${LOOPBACK} is in use, ${name} cannot listen on it`,
        )
      : new TestingError('ERR_TESTING_START_FAILED', `${name} ended before it was ready. Its last output:\n${output}`);
  }
}
