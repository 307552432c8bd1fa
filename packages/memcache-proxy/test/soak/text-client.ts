import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { SeededRandom } from './seeded-random.ts';
import { type TextReply, TextReplyReader } from './text-reply.ts';

/** How a client is connected. */
export interface TextClientOptions {
  readonly textPort: number;
  readonly random: SeededRandom;
  /** How long an answer may take before it counts as never. */
  readonly settleMs: number;
}

/** A connection that sends bytes, cut up at random, and hands out replies in their order. */
export class TextClient {
  readonly socket: Socket;
  readonly #reader = new TextReplyReader();
  readonly #random: SeededRandom;
  readonly #settleMs: number;
  #replies: TextReply[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, { random, settleMs }: Omit<TextClientOptions, 'textPort'>) {
    this.socket = socket;
    this.#random = random;
    this.#settleMs = settleMs;
    socket.on('data', (chunk: Buffer) => {
      this.#replies.push(...this.#reader.push(chunk));
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake?.();
    });
    // 'close' follows.
    socket.on('error', () => {});
  }

  static async open({ textPort, ...options }: TextClientOptions): Promise<TextClient> {
    const socket = connect(textPort, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new TextClient(socket, options);
  }

  /** Sends the requests: in one write, or in several with breaks anywhere. */
  async send(requests: readonly Buffer[]): Promise<void> {
    let bytes = Buffer.concat(requests);
    if (this.#random.oneIn(3)) {
      for (let cuts = this.#random.below(4); cuts > 0 && bytes.length > 1; cuts--) {
        const at = 1 + this.#random.below(bytes.length - 1);
        this.socket.write(bytes.subarray(0, at));
        bytes = bytes.subarray(at);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    this.socket.write(bytes);
  }

  /** @throws Error when the proxy closes the connection, or does not answer. */
  async reply(): Promise<TextReply> {
    const until = performance.now() + this.#settleMs;
    while (this.#replies.length === 0) {
      if (this.#isClosed) throw new Error('the proxy closed the connection');
      if (performance.now() > until) throw new Error(`no reply within ${this.#settleMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#settleMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#replies.shift()!;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }
}
