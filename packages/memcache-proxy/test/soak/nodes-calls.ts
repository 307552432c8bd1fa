import type { WriteAnswer } from './answers.ts';
import { codeOfProblem, type HttpClient } from './http-client.ts';
import { anyKey, beginWrite, type WorkerParts } from './worker.ts';

interface NodeLine {
  readonly event: string;
  readonly outcome: string;
  readonly flags?: number;
  readonly value?: string;
  readonly code?: string;
}

/** Asks every node at once, and deletes on every node. */
export class NodesCalls {
  readonly #parts: WorkerParts;
  readonly #client: HttpClient;

  constructor(parts: WorkerParts, client: HttpClient) {
    this.#parts = parts;
    this.#client = client;
  }

  async step(): Promise<void> {
    await (this.#parts.random.oneIn(2) ? this.#read() : this.#remove());
  }

  async #read(): Promise<void> {
    const { history } = this.#parts;
    const key = anyKey(this.#parts);
    const { status, body } = await this.#client.send({ method: 'GET', path: `/v1/nodes/${encodeURIComponent(key)}` });
    if (status !== 200) {
      history.lie(`GET /v1/nodes was answered with ${status}`);
      return;
    }
    const lines = body.toString().trimEnd().split('\n');
    const answers = lines.map((line) => JSON.parse(line) as NodeLine).filter(({ event }) => event === 'answer');
    // Three in the main pool, and one in the second pool of these classes.
    const nodes = /^(?:both|async|first):/.test(key) ? 4 : 3;
    if (answers.length !== nodes) history.lie(`${answers.length} nodes answered for ${key}`);
    for (const { outcome, value = '', flags = 0, code = '' } of answers) {
      if (outcome === 'error') history.failed(`node ${code}`);
      // A node that is not the key's own may hold what is old: any version will do, but no other key's value.
      else history.check(key, 0, outcome === 'hit' ? { value: Buffer.from(value, 'base64'), flags } : undefined);
    }
  }

  async #remove(): Promise<void> {
    const { history, random } = this.#parts;
    const write = beginWrite(this.#parts, false);
    const policy = random.pick(['all', 'all', 'quorum', 'first']);
    const path = `/v1/nodes/${encodeURIComponent(write.key)}?policy=${policy}`;
    const answer = await this.#client.send({ method: 'DELETE', path });
    let said: WriteAnswer | undefined = codeOfProblem(answer);
    // With fewer than all, the key's own node may be the one that has not confirmed.
    if (answer.status === 200) said = policy === 'all' ? 'done' : 'lost';
    if (said === undefined || answer.status === 500) history.lie(`DELETE /v1/nodes was answered with ${answer.status}`);
    write.end(said ?? 'lost');
  }
}
