import { HttpClient, codeOfProblem } from './http-client.ts';
import { anyKey, type Worker, type WorkerParts } from './worker.ts';

/** Reads after which it connects anew: a connection that was left to node:http does not come back to the fast lane. */
const READS_PER_CONNECTION = 40;

/** Does nothing over HTTP but read, in the plainest way, so that the fast lane answers it. */
export class LaneWorker implements Worker {
  readonly #parts: WorkerParts;
  #client: HttpClient;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#client = new HttpClient(parts);
  }

  async step(): Promise<void> {
    const { history, random } = this.#parts;
    if (random.oneIn(READS_PER_CONNECTION)) {
      this.#client.close();
      this.#client = new HttpClient(this.#parts);
    }
    const key = anyKey(this.#parts);
    const newest = history.newest(key);
    const answer = await this.#client.send({ method: 'GET', path: `/v1/cache/${key}` });
    const { status, headers, body } = answer;
    const code = codeOfProblem(answer);
    if (status === 200) history.check(key, newest, { value: body, flags: Number(headers['x-cache-flags']) });
    else if (status === 404) history.check(key, newest, undefined);
    else if (code === 'ERR_MEMCACHE_PROXY_READ_FAILED') history.failed(code);
    else history.lie(`a plain read of ${key} was answered with ${status} ${code ?? ''}`);
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
