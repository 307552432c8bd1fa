import cluster, { type Worker } from 'node:cluster';

import { type Backoff, createBackoff, systemClock, type Timer } from '@lockstep/core';
import type { Logger } from 'pino';

import { createCrashBudget } from './crash-budget.ts';
import { type FleetPart, fromWorker, type PrimaryMessage, seal, type WorkerMessage } from './messages.ts';
import { Questions } from './questions.ts';

/** What is supervised. */
export interface SupervisorOptions {
  readonly count: number;
  /** How messages call the source of the topology, and its text. */
  readonly source: string;
  readonly text: string;
  readonly logger: Logger;
  /** Milliseconds that a worker may take to stop before it is killed. */
  readonly stopDeadlineMs: number;
  /** Crashes per minute that are put up with. @default 10 */
  readonly maxCrashesPerMinute?: number;
}

interface Slot {
  readonly slot: number;
  readonly backoff: Backoff;
  worker: Worker | undefined;
  isReady: boolean;
  restarts: number;
  timer: Timer | undefined;
}

const askDeadlineMs = 1500;

/** Starts workers, starts them again when they end, and stops them. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: Slot[];
  readonly #budget;
  readonly #questions = new Questions<unknown>({ deadlineMs: askDeadlineMs });
  readonly #started = withResolvers<void>();
  readonly #ended = withResolvers<number>();
  #text: string;
  #addresses: Readonly<Record<string, string>> = {};
  #state: 'starting' | 'running' | 'stopping' = 'starting';
  #exitCode = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#text = options.text;
    this.#budget = createCrashBudget({ max: options.maxCrashesPerMinute ?? 10, windowMs: 60_000 });
    this.#slots = Array.from({ length: options.count }, (_, index) => ({
      slot: index + 1,
      backoff: createBackoff({ minMs: 100, maxMs: 5000 }),
      worker: undefined,
      isReady: false,
      restarts: 0,
      timer: undefined,
    }));
  }

  /** Resolves with the exit code of the service once every worker has ended. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** Where the workers listen; known once they are ready. */
  get addresses(): Readonly<Record<string, string>> {
    return this.#addresses;
  }

  /** Starts one worker and, when that serves, the others. Resolves when all do; never when the first start fails. */
  start(): Promise<void> {
    // Every worker accepts for itself. Were the primary to hand connections out, one on its way to a worker that
    // dies would be lost, and its client would wait for ever.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    // Plain JSON has no NaN.
    cluster.setupPrimary({ serialization: 'advanced' });
    this.#fork(this.#slots[0] as Slot);
    return this.#started.promise;
  }

  /** Gives every worker, and those to come, another topology. */
  spread(text: string): void {
    this.#text = text;
    for (const { worker } of this.#slots) if (worker !== undefined) tell(worker, { kind: 'topology', text });
  }

  /** Asks every worker to stop, and kills those that take too long. */
  stop(reason: string): void {
    if (this.#state === 'stopping') return;
    this.#state = 'stopping';
    for (const slot of this.#slots) {
      slot.timer?.cancel();
      if (slot.worker !== undefined) tell(slot.worker, { kind: 'stop', reason });
    }
    systemClock.setTimer(() => {
      for (const { slot, worker } of this.#slots) {
        if (worker === undefined) continue;
        this.#options.logger.error({ worker: slot }, 'the worker did not stop in time and is killed');
        worker.process.kill('SIGKILL');
      }
    }, this.#options.stopDeadlineMs);
    this.#settle();
  }

  #fork(slot: Slot): void {
    slot.timer?.cancel();
    const worker = cluster.fork();
    slot.worker = worker;
    slot.isReady = false;
    worker.on('message', (envelope: unknown) => {
      const message = fromWorker(envelope);
      if (message !== undefined) this.#hear(slot, worker, message);
    });
    // A worker that dies while it is told something: its end is heard as `exit`.
    worker.on('error', () => undefined);
    worker.on('exit', (code, signal) => {
      if (slot.worker === worker) this.#exited(slot, code, signal);
    });
  }

  #hear(slot: Slot, worker: Worker, message: WorkerMessage): void {
    const { source } = this.#options;
    if (message.kind === 'hello') tell(worker, { kind: 'start', slot: slot.slot, source, text: this.#text });
    else if (message.kind === 'ready') this.#ready(slot, message.addresses);
    else if (message.kind === 'part') this.#questions.take(message.id, slot.slot, message.value);
    else void this.#collect(worker, message.id, message.what);
  }

  #ready(slot: Slot, addresses: Readonly<Record<string, string>>): void {
    slot.isReady = true;
    this.#addresses = addresses;
    // A worker that served for a while has earned a quick restart.
    slot.timer = systemClock.setTimer(() => slot.backoff.reset(), 10_000);
    if (this.#state !== 'starting') return;
    // One that has ended has a timer, which starts it again.
    for (const other of this.#slots) {
      if (other.worker === undefined && other.timer === undefined) this.#fork(other);
    }
    if (!this.#slots.every(({ isReady }) => isReady)) return;
    this.#state = 'running';
    this.#started.resolve();
  }

  async #collect(asker: Worker, id: number, what: string): Promise<void> {
    const running = this.#slots.filter(({ worker }) => worker !== undefined);
    const answers = await this.#questions.ask(
      running.map(({ slot }) => slot),
      (one, question) => {
        const { worker } = this.#slots[one - 1] as Slot;
        if (worker !== undefined) tell(worker, { kind: 'ask', id: question, what });
      },
    );
    const parts = this.#slots.map(({ slot, restarts }): FleetPart => ({ slot, restarts, value: answers.get(slot) }));
    tell(asker, { kind: 'collected', id, parts });
  }

  #exited(slot: Slot, code: number | null, signal: string | null): void {
    const { logger } = this.#options;
    const wasReady = slot.isReady;
    slot.worker = undefined;
    slot.isReady = false;
    slot.timer?.cancel();
    this.#questions.forget(slot.slot);
    if (this.#state === 'stopping') {
      if (code !== 0) this.#exitCode = 1;
      return this.#settle();
    }
    if (this.#state === 'starting' && !wasReady) {
      // Its own line on stderr has said what is wrong.
      this.#exitCode = code === null || code === 0 ? 1 : code;
      return this.stop('a worker could not start');
    }
    const isCrash = code !== 0;
    logger[isCrash ? 'error' : 'warn']({ worker: slot.slot, code, signal }, 'a worker ended');
    if (isCrash && !this.#budget.spend()) {
      logger.fatal('workers crash too often');
      this.#exitCode = 1;
      return this.stop('crashes of workers');
    }
    const delayMs = slot.backoff.next();
    slot.timer = systemClock.setTimer(() => {
      slot.restarts += 1;
      this.#fork(slot);
    }, delayMs);
  }

  #settle(): void {
    if (this.#slots.every(({ worker }) => worker === undefined)) this.#ended.resolve(this.#exitCode);
  }
}

function tell(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(seal(message), () => undefined);
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
