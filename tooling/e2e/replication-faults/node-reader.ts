import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const answerMs = 5000;
const linesOfMiss = 'END\r\n';

/** Reads keys from one memcached. Connects anew when it has to. */
export class NodeReader implements Disposable {
  readonly #port: number;
  #socket: Socket | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  /** The numbers that the values of `keys` begin with; what is not there is left out. @throws when memcached is away. */
  read(keys: readonly string[]): Promise<Map<string, number>> {
    // Answers carry no name: what is asked at once would get each other's.
    const mine = this.#turn.then(() => this.#read(keys));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }

  async #read(keys: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (let at = 0; at < keys.length; at += 50) {
      const text = await this.#ask(`get ${keys.slice(at, at + 50).join(' ')}\r\n`);
      // Values hold no line ends.
      for (const [, key = '', value = ''] of text.matchAll(/^VALUE (\S+) .*\r\n(.*)\r\n/gm)) {
        found.set(key, /^\d+ x*$/.test(value) ? Number.parseInt(value, 10) : Number.NaN);
      }
    }
    return found;
  }

  async #ask(command: string): Promise<string> {
    const socket = await this.#connection();
    try {
      return await new Promise<string>((resolve, reject) => {
        const chunks: string[] = [];
        const timer = setTimeout(() => reject(new Error('memcached does not answer')), answerMs);
        const onData = (chunk: Buffer): void => {
          chunks.push(chunk.toString('latin1'));
          if (chunks.at(-1)?.endsWith(linesOfMiss) === true) finish();
        };
        const onEnd = (): void => finish(new Error('memcached hung up'));
        const finish = (error?: Error): void => {
          clearTimeout(timer);
          socket.off('data', onData).off('close', onEnd);
          if (error === undefined) resolve(chunks.join(''));
          else reject(error);
        };
        socket.on('data', onData).once('close', onEnd);
        socket.write(command);
      });
    } catch (error) {
      this.#socket?.destroy();
      this.#socket = undefined;
      throw error;
    }
  }

  async #connection(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect(this.#port, '127.0.0.1');
    socket.on('error', () => undefined);
    this.#socket = socket;
    await once(socket, 'connect', { signal: AbortSignal.timeout(answerMs) });
    return socket;
  }
}
