import type { WriteAnswer } from './answers.ts';
import type { ReadValue } from './history.ts';
import { TextClient } from './text-client.ts';
import type { TextReply } from './text-reply.ts';
import { anyKey, beginWrite, codeOfLine, type Worker, type WorkerParts } from './worker.ts';

/** A request, and what checks its reply. */
interface Request {
  readonly bytes: Buffer;
  take(reply: TextReply): void;
}

/** What an answer to a read says. */
interface MetaFound {
  readonly key: string | undefined;
  readonly opaque: string | undefined;
  readonly found: ReadValue | undefined;
}

/** Speaks the meta protocol with keys and opaques in the answers, one reply each or quietly with `mn`. */
export class MetaWorker implements Worker {
  readonly #parts: WorkerParts;
  readonly #client: TextClient;
  #opaque = 0;

  constructor(parts: WorkerParts, client: TextClient) {
    this.#parts = parts;
    this.#client = client;
  }

  static async start(parts: WorkerParts): Promise<MetaWorker> {
    return new MetaWorker(parts, await TextClient.open(parts));
  }

  async step(): Promise<void> {
    const { random } = this.#parts;
    const dice = random.below(10);
    if (dice < 3) await this.#readQuietly();
    else if (dice < 4) await this.#storeQuietly();
    else {
      const requests = Array.from({ length: 1 + random.below(random.pick([1, 4, 16])) }, () => this.#request());
      await this.#client.send(requests.map(({ bytes }) => bytes));
      for (const request of requests) request.take(await this.#client.reply());
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #request(): Request {
    const dice = this.#parts.random.below(10);
    if (dice < 5) return this.#get();
    return dice < 8 ? this.#set() : this.#remove();
  }

  #get(): Request {
    const { history, random, own } = this.#parts;
    const key = random.oneIn(4) ? random.pick(own) : anyKey(this.#parts);
    const isOwn = own.includes(key);
    const newest = history.newest(key);
    const latest = isOwn ? history.latest(key) : Infinity;
    const opaque = this.#nextOpaque();
    const touch = isOwn && random.oneIn(6) ? ' T3600' : '';
    return {
      bytes: Buffer.from(`mg ${key} v f k t O${opaque}${touch}\r\n`),
      take: (reply) => {
        const found = this.#found(reply);
        if (reply.value !== undefined && (found.key !== key || found.opaque !== opaque))
          history.lie(`mg ${key} O${opaque} was answered with ${reply.line}`);
        history.check(key, isOwn ? history.newest(key) : newest, found.found, latest);
      },
    };
  }

  #set(): Request {
    const { random } = this.#parts;
    const mode = random.pick(['', '', '', ' ME', ' MR']);
    const { write, bytes, opaque } = this.#store(mode);
    return { bytes, take: ({ line }) => write.end(this.#writeAnswer(line, ['NS'], opaque)) };
  }

  #remove(): Request {
    const { history, random } = this.#parts;
    const opaque = this.#nextOpaque();
    if (random.oneIn(5)) {
      const key = random.pick(this.#parts.own);
      // The value stays, to be served as stale.
      const take = ({ line }: TextReply): void => {
        history.operations++;
        this.#writeAnswer(line, ['NF'], opaque);
      };
      return { bytes: Buffer.from(`md ${key} I T30 O${opaque}\r\n`), take };
    }
    const write = beginWrite(this.#parts, false);
    return {
      bytes: Buffer.from(`md ${write.key} O${opaque}\r\n`),
      take: ({ line }) => {
        const answer = this.#writeAnswer(line, ['NF'], opaque);
        write.end(answer === 'refused' ? 'done' : answer);
      },
    };
  }

  async #readQuietly(): Promise<void> {
    const { history, random } = this.#parts;
    const keys = Array.from({ length: 1 + random.below(20) }, () => anyKey(this.#parts));
    const newest = keys.map((key) => history.newest(key));
    const first = this.#opaque + 1;
    this.#opaque += keys.length;
    const lines = keys.map((key, index) => `mg ${key} v f k q O${first + index}\r\n`);
    await this.#client.send([Buffer.from(`${lines.join('')}mn\r\n`)]);
    const found = new Map<number, ReadValue | undefined>();
    for (let reply = await this.#client.reply(); reply.line !== 'MN'; reply = await this.#client.reply()) {
      const answer = this.#found(reply);
      const index = Number(answer.opaque) - first;
      if (keys[index] === undefined || keys[index] !== answer.key || found.has(index))
        history.lie(`a quiet mg was answered with ${reply.line}`);
      found.set(index, answer.found);
    }
    keys.forEach((key, index) => history.check(key, newest[index]!, found.get(index)));
  }

  async #storeQuietly(): Promise<void> {
    const { write, bytes, opaque } = this.#store(' q');
    await this.#client.send([bytes, Buffer.from('mn\r\n')]);
    const { line } = await this.#client.reply();
    if (line === 'MN') write.end('done');
    else {
      write.end(this.#writeAnswer(line, [], opaque));
      await this.#client.reply();
    }
  }

  #store(more: string) {
    const opaque = this.#nextOpaque();
    const write = beginWrite(this.#parts, true);
    const { key, value, flags } = write;
    const ttl = this.#parts.random.pick([0, 0, 3600, 5]);
    const head = Buffer.from(`ms ${key} ${value.length} F${flags} T${ttl} O${opaque}${more}\r\n`);
    return { write, opaque, bytes: Buffer.concat([head, value, Buffer.from('\r\n')]) };
  }

  #writeAnswer(line: string, refusals: readonly string[], opaque: string): WriteAnswer {
    const code = codeOfLine(line);
    if (code !== undefined) return code;
    const [status = '', echoed] = line.split(' ');
    if (echoed === `O${opaque}` && status === 'HD') return 'done';
    if (echoed === `O${opaque}` && refusals.includes(status)) return 'refused';
    this.#parts.history.lie(`a write with O${opaque} was answered with ${line}`);
    return 'lost';
  }

  #found({ line, value }: TextReply): MetaFound {
    const [status = '', ...rest] = line.split(' ');
    const told = (letter: string): string | undefined => rest.find((flag) => flag.startsWith(letter))?.slice(1);
    if (value === undefined && status !== 'EN') this.#parts.history.lie(`mg was answered with ${line}`);
    // An empty value that somebody is to refresh is a lease.
    const isLease = value?.length === 0 && rest.some((flag) => ['W', 'X', 'Z'].includes(flag));
    const found = value === undefined || isLease ? undefined : { value, flags: Number(told('f')) };
    return { key: told('k'), opaque: told('O'), found };
  }

  #nextOpaque(): string {
    return String(++this.#opaque);
  }
}
