import { BatchWorker } from './batch-worker.ts';
import { CounterWorker } from './counter-worker.ts';
import { History } from './history.ts';
import type { HookLog } from './hook-log.ts';
import { HttpWorker } from './http-worker.ts';
import { LaneWorker } from './lane-worker.ts';
import { MetaWorker } from './meta-worker.ts';
import { RudeWorker } from './rude-worker.ts';
import { seededRandom } from './seeded-random.ts';
import { type SoakRig, soakPrefixes } from './soak-rig.ts';
import { TextWorker } from './text-worker.ts';
import type { Worker, WorkerParts } from './worker.ts';

/** How a workload is started. */
export interface WorkloadOptions {
  readonly rig: SoakRig;
  readonly hook: HookLog;
  readonly seed: number;
  /** In every key, so that no two workloads share one. */
  readonly name: string;
  /** How long an answer may take before it counts as never. @default 20000 */
  readonly settleMs?: number;
}

const kinds: readonly ((parts: WorkerParts) => Worker | Promise<Worker>)[] = [
  TextWorker.start.bind(TextWorker),
  TextWorker.start.bind(TextWorker),
  TextWorker.start.bind(TextWorker),
  MetaWorker.start.bind(MetaWorker),
  MetaWorker.start.bind(MetaWorker),
  (parts) => new HttpWorker(parts),
  (parts) => new HttpWorker(parts),
  (parts) => new HttpWorker(parts),
  (parts) => new BatchWorker(parts),
  (parts) => new BatchWorker(parts),
  (parts) => new RudeWorker(parts),
  (parts) => new RudeWorker(parts),
  CounterWorker.start.bind(CounterWorker),
  (parts) => new LaneWorker(parts),
  (parts) => new LaneWorker(parts),
];

/** Clients of all kinds, each of which does one thing after another until `stop`. */
export class Workload {
  readonly history: History;
  readonly keys: readonly string[];
  readonly #options: WorkloadOptions;
  #isStopped = false;
  #underWay = 0;
  #slowestMs = 0;
  #workers: Promise<unknown> = Promise.resolve();

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.history = new History(options.hook);
    this.keys = kinds.flatMap((_kind, index) => this.#keysOf(index));
  }

  /** Steps that have not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /** How long the slowest step took: of up to 16 requests, or of one that the client broke off. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  start(): void {
    this.#workers = Promise.all(kinds.map((_kind, index) => this.#work(index)));
  }

  /** Resolves when every worker has its last answer and has hung up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#workers;
  }

  #keysOf(index: number): string[] {
    return soakPrefixes.map((prefix) => `${prefix}${this.#options.name}-${index}`);
  }

  async #work(index: number): Promise<void> {
    const { rig, seed, settleMs = 20_000 } = this.#options;
    const { textPort, httpPort } = rig;
    const { history, keys: all } = this;
    const random = seededRandom(seed + index);
    const parts: WorkerParts = { history, random, own: this.#keysOf(index), all, textPort, httpPort, settleMs };
    let worker: Worker | undefined;
    while (!this.#isStopped) {
      const startedAt = performance.now();
      this.#underWay++;
      try {
        worker ??= await kinds[index]!(parts);
        await worker.step();
      } catch (error) {
        history.lie(`worker ${index}: ${describe(error)}`);
        await worker?.close();
        worker = undefined;
      }
      this.#underWay--;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt);
      // Nobody may keep the sockets from being served.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await worker?.close();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? String(error) : `${String(error)}: ${describe(error.cause)}`;
}
