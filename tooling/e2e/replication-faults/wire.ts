import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';
import { askHttp, type HttpReply, type HttpRequest } from './http-reply.ts';

/** What happens to messages on a wire, each with its probability; what is not named does not happen. */
export interface WireFaults {
  /** Nothing gets through, and open connections are reset. */
  readonly cut?: boolean;
  /** Every message takes so long, at random up to this. */
  readonly delayMs?: number;
  readonly loseRequest?: number;
  readonly loseAnswer?: number;
  /** A copy arrives some time after the request. */
  readonly duplicate?: number;
  /** It is held while others pass. */
  readonly reorder?: number;
  readonly truncate?: number;
  /** One byte of a body, of a header or of the answer is another one. */
  readonly corrupt?: number;
}

const exchangeMs = 10_000;
const maxHoldMs = 400;
const maxLateMs = 1500;

/** What stands in front of the receivers of a region: hands requests on to them by turns, or does not. */
export class Wire implements AsyncDisposable {
  /** What happens at present. */
  faults: WireFaults = {};
  /** Messages that something was done to. */
  struck = 0;
  readonly #chance: Chance;
  readonly #targets: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  private constructor(targets: readonly number[], chance: Chance) {
    this.#targets = targets;
    this.#chance = chance;
    this.#server = createServer((request, response) => {
      this.#carry(request, response).catch(() => response.destroy());
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      if (this.faults.cut === true) socket.destroy();
    });
  }

  /** @param targets the ports of the receivers. */
  static async open(targets: readonly number[], chance: Chance): Promise<Wire> {
    const wire = new Wire(targets, chance);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Has these faults from now on. */
  set(faults: WireFaults): void {
    this.faults = faults;
    if (faults.cut !== true) return;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #happens(probability: number | undefined): boolean {
    if (probability === undefined || this.#chance.between(0, 1) >= probability) return false;
    this.struck += 1;
    return true;
  }

  async #carry(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { faults } = this;
    const { delayMs = 0 } = faults;
    let asked = this.#requestOf(incoming, Buffer.concat(chunks));
    if (delayMs > 0) await wait(this.#chance.between(0, delayMs));
    if (this.#happens(faults.reorder)) await wait(this.#chance.between(20, maxHoldMs));
    if (faults.cut === true || this.#happens(faults.loseRequest)) {
      response.destroy();
      return;
    }
    if (this.#happens(faults.duplicate)) void this.#repeat(asked);
    if (this.#happens(faults.truncate)) asked = this.#truncated(asked);
    if (this.#happens(faults.corrupt)) asked = this.#corrupted(asked);
    let reply = await this.#ask(asked);
    if (delayMs > 0) await wait(this.#chance.between(0, delayMs));
    // It may have been cut meanwhile.
    if (this.#happens(faults.loseAnswer) || this.faults.cut === true) {
      response.destroy();
      return;
    }
    if (this.#happens(faults.corrupt)) reply = { ...reply, body: this.#flip(reply.body) };
    if (this.#happens(faults.truncate)) reply = { ...reply, body: reply.body.subarray(0, reply.body.length >> 1) };
    response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length }).end(reply.body);
  }

  #requestOf({ method = 'GET', url: path = '/', headers }: IncomingMessage, body: Buffer): HttpRequest {
    const port = this.#targets[(this.#turn += 1) % this.#targets.length]!;
    return { port, method, path, headers, body, timeoutMs: exchangeMs };
  }

  /** What one receiver does not take, as it is away, another one gets. */
  async #ask(asked: HttpRequest): Promise<HttpReply> {
    try {
      return await askHttp(asked);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      const other = this.#targets.find((port) => port !== asked.port) ?? asked.port;
      return askHttp({ ...asked, port: other });
    }
  }

  async #repeat(asked: HttpRequest): Promise<void> {
    await wait(this.#chance.between(0, maxLateMs));
    // Nobody waits for what a copy is answered.
    await this.#ask(asked).catch(() => undefined);
  }

  #truncated(asked: HttpRequest): HttpRequest {
    const body = asked.body?.subarray(0, Math.floor(asked.body.length * this.#chance.between(0, 1))) ?? Buffer.alloc(0);
    return { ...asked, body, headers: { ...asked.headers, 'content-length': String(body.length) } };
  }

  #corrupted(asked: HttpRequest): HttpRequest {
    const names = Object.keys(asked.headers ?? {}).filter(
      (name) => name.startsWith('lockstep-') || name.startsWith('x-'),
    );
    if (names.length === 0 || this.#chance.between(0, 1) < 0.6) {
      return { ...asked, body: this.#flip(asked.body ?? Buffer.alloc(0)) };
    }
    const name = this.#chance.pick(names);
    const text = String(asked.headers?.[name]);
    const at = Math.floor(this.#chance.between(0, text.length));
    const changed = `${text.slice(0, at)}${text[at] === '7' ? '3' : '7'}${text.slice(at + 1)}`;
    return { ...asked, headers: { ...asked.headers, [name]: changed } };
  }

  #flip(bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes;
    const out = Buffer.from(bytes);
    const at = Math.floor(this.#chance.between(0, out.length));
    out[at] = out[at]! ^ (1 << Math.floor(this.#chance.between(0, 8)));
    return out;
  }
}
