import type { WriteAnswer } from './answers.ts';
import { HttpClient, type HttpRequest } from './http-client.ts';
import { anyKey, type BegunWrite, beginWrite, type Worker, type WorkerParts } from './worker.ts';

/** The media type of the framed form. */
export const FRAMES_TYPE = 'application/vnd.lockstep.batch';

const VERBS = { get: 1, set: 2, add: 3, replace: 4, delete: 8 } as const;
const STATUSES = ['hit', 'miss', 'done', 'not-stored', 'exists', 'not-found', 'count', 'error'];

interface Outcome {
  readonly status: string;
  readonly flags: number;
  readonly value: Buffer;
}

interface Operation {
  readonly key: string;
  readonly frame: Buffer;
  take(outcome: Outcome): void;
}

/** Posts batches of framed operations, and asks for many keys at once. */
export class BatchWorker implements Worker {
  readonly #parts: WorkerParts;
  readonly #client: HttpClient;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#client = new HttpClient(parts);
  }

  async step(): Promise<void> {
    const { history, random } = this.#parts;
    const onlyReads = random.oneIn(4);
    const operations = Array.from({ length: 1 + random.below(random.pick([4, 40])) }, () =>
      onlyReads ? this.#get() : this.#operation(),
    );
    const answer = await this.#client.send(onlyReads ? toQuery(operations) : toBatch(operations));
    const outcomes = answer.status === 200 ? readOutcomes(answer.body) : [];
    if (outcomes.length !== operations.length)
      history.lie(`a batch of ${operations.length} was answered with ${answer.status} and ${outcomes.length} outcomes`);
    operations.forEach((operation, index) =>
      operation.take(outcomes[index] ?? { status: 'none', flags: 0, value: Buffer.alloc(0) }),
    );
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #operation(): Operation {
    const dice = this.#parts.random.below(10);
    if (dice < 6) return this.#get();
    return dice < 9 ? this.#store() : this.#remove();
  }

  #get(): Operation {
    const { history, own } = this.#parts;
    const key = anyKey(this.#parts);
    const isOwn = own.includes(key);
    const newest = history.newest(key);
    const latest = isOwn ? history.latest(key) : Infinity;
    return {
      key,
      frame: toFrame('get', key),
      take: ({ status, flags, value }) => {
        // Operations on one key are carried out in their order.
        const least = isOwn ? history.newest(key) : newest;
        if (status === 'hit') history.check(key, least, { value, flags }, latest);
        else if (status === 'miss') history.check(key, least, undefined);
        else if (status === 'error') history.failed(value.toString());
        else history.lie(`a get of ${key} ended with ${status}`);
      },
    };
  }

  #store(): Operation {
    const verb = this.#parts.random.pick(['set', 'set', 'set', 'add', 'replace'] as const);
    const write = beginWrite(this.#parts, true);
    const refusals = verb === 'set' ? [] : ['not-stored', 'not-found', 'exists'];
    return {
      key: write.key,
      frame: toFrame(verb, write.key, write),
      take: (outcome) => this.#end(write, outcome, refusals, []),
    };
  }

  #remove(): Operation {
    const write = beginWrite(this.#parts, false);
    return {
      key: write.key,
      frame: toFrame('delete', write.key),
      take: (outcome) => this.#end(write, outcome, [], ['not-found']),
    };
  }

  #end(write: BegunWrite, outcome: Outcome, refusals: readonly string[], alsoDone: readonly string[]): void {
    const { status, value } = outcome;
    let answer: WriteAnswer | undefined;
    if (status === 'done' || alsoDone.includes(status)) answer = 'done';
    else if (refusals.includes(status)) answer = 'refused';
    else if (status === 'error') answer = value.toString() as `ERR_${string}`;
    if (answer === undefined) this.#parts.history.lie(`a write of ${write.key} ended with ${status}`);
    write.end(answer ?? 'lost');
  }
}

/** One operation in the framed form. */
export function toFrame(verb: keyof typeof VERBS, key: string, write?: BegunWrite): Buffer {
  const value = write?.value ?? Buffer.alloc(0);
  const head = Buffer.alloc(24);
  head[0] = VERBS[verb];
  head.writeUInt16BE(key.length, 2);
  head.writeUInt32BE(value.length, 4);
  head.writeUInt32BE(write?.flags ?? 0, 8);
  return Buffer.concat([head, Buffer.from(key), value]);
}

function toBatch(operations: readonly Operation[]): HttpRequest {
  const body = Buffer.concat(operations.map(({ frame }) => frame));
  return { method: 'POST', path: '/v1/batch', headers: { 'content-type': FRAMES_TYPE }, body };
}

function toQuery(operations: readonly Operation[]): HttpRequest {
  const keys = operations.map(({ key }) => encodeURIComponent(key)).join(',');
  return { method: 'GET', path: `/v1/cache?keys=${keys}`, headers: { accept: FRAMES_TYPE } };
}

function readOutcomes(bytes: Buffer): Outcome[] {
  const outcomes: Outcome[] = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + bytes.readUInt32BE(at + 8);
    const status = STATUSES[bytes[at]!] ?? `status ${bytes[at]}`;
    outcomes.push({ status, flags: bytes.readUInt32BE(at + 4), value: bytes.subarray(at + 12, end) });
    at = end;
  }
  return at === bytes.length ? outcomes : [];
}
