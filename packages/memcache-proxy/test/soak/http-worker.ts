import type { WriteAnswer } from './answers.ts';
import { type HttpAnswer, HttpClient, type HttpRequest, codeOfProblem } from './http-client.ts';
import { NodesCalls } from './nodes-calls.ts';
import { anyKey, type BegunWrite, beginWrite, type Worker, type WorkerParts } from './worker.ts';

/** A version that was read, as its tag names it. */
interface Tagged {
  readonly etag: string;
  readonly version: number;
  readonly value: Buffer;
  readonly flags: number;
}

/** Statuses that are an answer to a condition, and no failure. */
const REFUSALS = [409, 412];

/** Speaks HTTP about one key at a time, with conditions, leases, templates and the calls on every node. */
export class HttpWorker implements Worker {
  readonly #parts: WorkerParts;
  readonly #client: HttpClient;
  readonly #nodes: NodesCalls;
  /** By key. */
  readonly #tags = new Map<string, Tagged>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#client = new HttpClient(parts);
    this.#nodes = new NodesCalls(parts, this.#client);
  }

  async step(): Promise<void> {
    const { random } = this.#parts;
    const dice = random.below(20);
    if (dice < 8) await this.#read(anyKey(this.#parts));
    else if (dice < 11) await this.#put({});
    else if (dice < 12) await this.#put({ 'if-none-match': '*' });
    else if (dice < 13) await this.#post();
    else if (dice < 16) await this.#putIfMatch();
    else if (dice < 18) await this.#delete();
    else if (dice < 19) await this.#lease();
    else await this.#nodes.step();
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #read(key: string, query = ''): Promise<HttpAnswer> {
    const { history, random } = this.#parts;
    const newest = history.newest(key);
    const known = random.oneIn(3) ? this.#tags.get(key) : undefined;
    const headers = known === undefined ? {} : { 'if-none-match': known.etag };
    const method = random.oneIn(20) ? 'HEAD' : 'GET';
    const answer = await this.#client.send({ method, path: this.#path(key) + query, headers });
    const { status } = answer;
    const code = codeOfProblem(answer);
    if (status === 200 && method === 'HEAD') history.operations++;
    else if (status === 200) this.#keep(key, history.check(key, newest, valueOf(answer)), answer);
    else if (status === 304 && known !== undefined) history.check(key, newest, known);
    else if (status === 404) history.check(key, newest, undefined);
    else if (status === 503 && (code === 'ERR_MEMCACHE_PROXY_READ_FAILED' || method === 'HEAD'))
      history.failed(code ?? 'HEAD 503');
    else history.lie(`${method} ${key} was answered with ${status} ${code ?? ''}`);
    return answer;
  }

  async #put(headers: Readonly<Record<string, string>>, key?: string): Promise<WriteAnswer> {
    const write = beginWrite(this.#parts, true, key);
    const query = this.#parts.random.pick(['', '', '?ttl=3600', '?ttl=5']);
    const sent = { ...headers, 'x-cache-flags': write.flags };
    return this.#write(write, { method: 'PUT', path: this.#path(write.key) + query, headers: sent, body: write.value });
  }

  async #post(): Promise<void> {
    const write = beginWrite(this.#parts, true);
    const mode = this.#parts.random.pick(['add', 'replace', 'set']);
    const path = `/v1/cache/${encodeURIComponent(write.key)}?mode=${mode}`;
    const headers = { 'x-cache-flags': write.flags };
    await this.#write(write, { method: 'POST', path, headers, body: write.value }, [404]);
  }

  async #putIfMatch(): Promise<void> {
    const { history, random } = this.#parts;
    const key = random.pick(this.#parts.own);
    const known = this.#tags.get(key);
    if (known === undefined) {
      await this.#read(key);
      return;
    }
    const wasReplaced = history.isConfirmed(key, known.version) && history.newest(key) > known.version;
    const answer = random.oneIn(5)
      ? await this.#delete(key, { 'if-match': known.etag })
      : await this.#put({ 'if-match': known.etag }, key);
    if (answer === 'done' && wasReplaced)
      history.lie(`${key}: a write on the condition of version ${known.version} undid a later one`);
  }

  async #delete(
    key = this.#parts.random.pick(this.#parts.own),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WriteAnswer> {
    const { history, random } = this.#parts;
    const isConditional = headers['if-match'] !== undefined;
    if (!isConditional && random.oneIn(5)) {
      // The value stays, to be served as stale.
      const answer = await this.#client.send({
        method: 'DELETE',
        path: `/v1/cache/${encodeURIComponent(key)}?stale=30`,
      });
      const code = codeOfProblem(answer);
      history.operations++;
      if (answer.status >= 500 || answer.status === 403) history.failed(code ?? `status ${answer.status}`);
      else if (answer.status !== 204 && answer.status !== 404) history.lie(`?stale was answered with ${answer.status}`);
      return 'lost';
    }
    const write = beginWrite(this.#parts, false, key);
    const request = { method: 'DELETE', path: this.#path(key), headers };
    return this.#write(write, request, isConditional ? [404] : [], isConditional ? [] : [404]);
  }

  /** Asks for the right to fill a miss, and uses it. */
  async #lease(): Promise<void> {
    const key = this.#parts.random.pick(this.#parts.own);
    const { status, headers } = await this.#read(key, '?lease=5');
    const tag = headers['x-cache-refresh'];
    if (status === 404 && typeof tag === 'string') await this.#put({ 'if-match': tag }, key);
  }

  async #write(
    write: BegunWrite,
    request: HttpRequest,
    refusals: readonly number[] = [],
    alsoDone: readonly number[] = [],
  ): Promise<WriteAnswer> {
    const { history } = this.#parts;
    const response = await this.#client.send(request);
    const { status } = response;
    let answer: WriteAnswer | undefined;
    if (status === 204 || alsoDone.includes(status)) answer = 'done';
    else if (REFUSALS.includes(status) || refusals.includes(status)) answer = 'refused';
    else if (status === 503 || status === 403) answer = codeOfProblem(response);
    if (answer === undefined) history.lie(`${request.method} ${write.key} was answered with ${status}`);
    write.end(answer ?? 'lost');
    return answer ?? 'lost';
  }

  #path(key: string): string {
    if (key.startsWith('item:') && this.#parts.random.oneIn(2)) return `/t/items/${encodeURIComponent(key.slice(5))}`;
    return `/v1/cache/${encodeURIComponent(key)}`;
  }

  #keep(key: string, version: number | undefined, answer: HttpAnswer): void {
    const { etag } = answer.headers;
    if (version === undefined || etag === undefined) return;
    this.#tags.set(key, { etag, version, ...valueOf(answer) });
  }
}

function valueOf({ headers, body }: HttpAnswer): { value: Buffer; flags: number } {
  return { value: body, flags: Number(headers['x-cache-flags']) };
}
