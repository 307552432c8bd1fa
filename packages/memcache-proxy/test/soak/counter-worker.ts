import { TextClient } from './text-client.ts';
import { codeOfLine, type Worker, type WorkerParts } from './worker.ts';

/** Answers that promise that nothing was counted. */
const UNSENT: readonly string[] = ['ERR_MEMCACHE_PROXY_WRITE_BUSY', 'ERR_MEMCACHE_PROXY_WRITE_REFUSED'];

/**
 * Counts by `incr`, one at a time, and takes another key when memcached has lost the count or when it is not known
 * whether one was counted. So no count may be missing or double.
 */
export class CounterWorker implements Worker {
  readonly #parts: WorkerParts;
  readonly #client: TextClient;
  #epoch = 0;
  /** Undefined before the key is there. */
  #count: number | undefined;

  constructor(parts: WorkerParts, client: TextClient) {
    this.#parts = parts;
    this.#client = client;
  }

  static async start(parts: WorkerParts): Promise<CounterWorker> {
    return new CounterWorker(parts, await TextClient.open(parts));
  }

  async step(): Promise<void> {
    const { history, own } = this.#parts;
    const key = `count:${own[0]!}:${this.#epoch}`;
    const command = this.#count === undefined ? `add ${key} 0 60 1\r\n0\r\n` : `incr ${key} 1\r\n`;
    await this.#client.send([Buffer.from(command)]);
    const { line } = await this.#client.reply();
    const code = codeOfLine(line);
    history.operations++;
    if (code !== undefined) {
      history.failed(code);
      // A failed hook is told of after memcached has counted.
      if (code === 'ERR_MEMCACHE_PROXY_HOOK_FAILED') this.#count = (this.#count ?? -1) + 1;
      else if (!UNSENT.includes(code)) this.#restart();
    } else if (this.#count === undefined) {
      if (line !== 'STORED') history.lie(`${key}: add was answered with ${line}`);
      this.#count = 0;
    } else if (line === 'NOT_FOUND') this.#restart();
    else {
      if (line !== String(++this.#count)) history.lie(`${key}: ${line} instead of ${this.#count}`);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #restart(): void {
    this.#epoch++;
    this.#count = undefined;
  }
}
