import { TextClient } from './text-client.ts';
import type { TextItem, TextReply } from './text-reply.ts';
import { anyKey, beginWrite, codeOfLine, type Worker, type WorkerParts } from './worker.ts';

/** A request, and what checks its reply; without that none comes. */
interface Request {
  readonly bytes: Buffer;
  readonly take?: (reply: TextReply) => void;
}

/** What says that nothing was stored, by the verb. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  add: ['NOT_STORED'],
  replace: ['NOT_STORED'],
  cas: ['EXISTS', 'NOT_FOUND'],
};

/** Speaks the classic text protocol, many requests at once on one connection. */
export class TextWorker implements Worker {
  readonly #parts: WorkerParts;
  readonly #client: TextClient;
  /** CAS values as they were last read. */
  readonly #tokens = new Map<string, string>();

  constructor(parts: WorkerParts, client: TextClient) {
    this.#parts = parts;
    this.#client = client;
  }

  static async start(parts: WorkerParts): Promise<TextWorker> {
    return new TextWorker(parts, await TextClient.open(parts));
  }

  async step(): Promise<void> {
    const { random } = this.#parts;
    const requests = Array.from({ length: 1 + random.below(random.pick([1, 4, 16])) }, () => this.#request());
    await this.#client.send(requests.map(({ bytes }) => bytes));
    for (const { take } of requests) take?.(await this.#client.reply());
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #request(): Request {
    const { random } = this.#parts;
    const dice = random.below(20);
    if (dice < 6) return this.#get('get', [anyKey(this.#parts)]);
    if (dice < 9) return this.#get('get', this.#keys());
    if (dice < 10) return this.#get('gets', this.#keys());
    if (dice < 11) return this.#get('gat 3600', [random.pick(this.#parts.own)]);
    if (dice < 15) return this.#store('set');
    if (dice < 16) return this.#store(random.pick(['add', 'replace']));
    if (dice < 17) return this.#cas();
    if (dice < 18) return this.#touch();
    return this.#remove();
  }

  #keys(): string[] {
    const { random } = this.#parts;
    return [...new Set(Array.from({ length: 1 + random.below(12) }, () => anyKey(this.#parts)))];
  }

  #get(verb: string, keys: readonly string[]): Request {
    const { history, own } = this.#parts;
    const newest = keys.map((key) => history.newest(key));
    const latest = keys.map((key) => (own.includes(key) ? history.latest(key) : Infinity));
    return {
      bytes: Buffer.from(`${verb} ${keys.join(' ')}\r\n`),
      take: ({ line, items }) => {
        if (line !== 'END') history.lie(`${verb} was answered with ${line}`);
        const found = new Map(items.map((item): [string, TextItem] => [item.key, item]));
        for (const key of found.keys()) if (!keys.includes(key)) history.lie(`${key} was not asked for`);
        keys.forEach((key, index) => {
          const item = found.get(key);
          // Of its own keys it has seen the answers to all writes that came before.
          const least = own.includes(key) ? history.newest(key) : newest[index]!;
          const version = history.check(key, least, item, latest[index]);
          if (item?.cas !== undefined && version !== undefined) this.#tokens.set(key, item.cas);
        });
      },
    };
  }

  #store(verb: string, token?: { readonly key: string; readonly cas: string }): Request {
    const { history, random } = this.#parts;
    const write = beginWrite(this.#parts, true, token?.key);
    const { key, flags, value } = write;
    const ttl = random.pick([0, 0, 3600, 5]);
    const isSilent = verb === 'set' && random.oneIn(30);
    const words = [verb, key, flags, ttl, value.length, ...(token === undefined ? [] : [token.cas])];
    const head = `${words.join(' ')}${isSilent ? ' noreply' : ''}\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), value, Buffer.from('\r\n')]);
    if (isSilent) {
      write.end('lost');
      return { bytes };
    }
    const refusals = REFUSALS[verb] ?? [];
    return {
      bytes,
      take: ({ line }) => {
        const answer = line === 'STORED' ? 'done' : refusals.includes(line) ? 'refused' : codeOfLine(line);
        if (answer === undefined) history.lie(`${verb} was answered with ${line}`);
        write.end(answer ?? 'lost');
      },
    };
  }

  #cas(): Request {
    const { random, own } = this.#parts;
    const known = own.filter((key) => this.#tokens.has(key));
    if (known.length === 0) return this.#get('gets', [random.pick(own)]);
    const key = random.pick(known);
    return this.#store('cas', { key, cas: this.#tokens.get(key)! });
  }

  #touch(): Request {
    const { history, random, own } = this.#parts;
    return {
      bytes: Buffer.from(`touch ${random.pick(own)} 3600\r\n`),
      take: ({ line }) => {
        history.operations++;
        const code = codeOfLine(line);
        if (code !== undefined) history.failed(code);
        else if (line !== 'TOUCHED' && line !== 'NOT_FOUND') history.lie(`touch was answered with ${line}`);
      },
    };
  }

  #remove(): Request {
    const { history } = this.#parts;
    const write = beginWrite(this.#parts, false);
    return {
      bytes: Buffer.from(`delete ${write.key}\r\n`),
      take: ({ line }) => {
        const answer = line === 'DELETED' || line === 'NOT_FOUND' ? 'done' : codeOfLine(line);
        if (answer === undefined) history.lie(`delete was answered with ${line}`);
        write.end(answer ?? 'lost');
      },
    };
  }
}
