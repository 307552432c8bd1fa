import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const connectMs = 5000;

/**
 * Writes to one memcached, as an application does. It waits for a memcached that is frozen: what that was sent it takes when
 * it goes on, and who had given it up would be overtaken by himself.
 */
export class NodeWriter implements Disposable {
  readonly #port: number;
  #socket: Socket | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  /** Stores a value, or drops it where it is undefined. Whether memcached has done so. */
  write(key: string, value: Buffer | undefined): Promise<boolean> {
    const mine = this.#turn.then(() => this.#write(key, value)).catch(() => false);
    this.#turn = mine;
    return mine;
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }

  async #write(key: string, value: Buffer | undefined): Promise<boolean> {
    const socket = await this.#connection();
    const ended = new AbortController();
    const onClose = (): void => ended.abort();
    socket.once('close', onClose);
    try {
      const answered = once(socket, 'data', { signal: ended.signal }) as Promise<[Buffer]>;
      if (value === undefined) socket.write(`delete ${key}\r\n`);
      else socket.write(Buffer.concat([Buffer.from(`set ${key} 0 0 ${value.length}\r\n`), value, Buffer.from('\r\n')]));
      // An answer is a word in one piece.
      const [answer] = await answered;
      return /^(STORED|DELETED|NOT_FOUND)\r\n$/.test(answer.toString());
    } finally {
      socket.off('close', onClose);
    }
  }

  async #connection(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => undefined);
    this.#socket = socket;
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) });
    return socket;
  }
}
