import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const DEADLINE_MS = 10_000;

/** A raw connection that sends bytes and keeps what comes back. */
export class ScriptClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isClosed = false;
  #wake = (): void => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.#wake();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    // A reset ends the conversation; what was received until then is what counts.
    socket.on('error', () => {});
  }

  static async open(where: NetConnectOpts): Promise<ScriptClient> {
    const socket = connect(where);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new ScriptClient(socket);
  }

  get receivedBytes(): number {
    return this.#bytes;
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends the parts as separate writes, in turns of their own. */
  async send(...parts: (string | Buffer)[]): Promise<void> {
    for (const part of parts) {
      this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
      await nextTurn();
    }
  }

  /** Waits for more bytes as long as the condition holds and the connection is open. */
  async readWhile(isShort: () => boolean): Promise<void> {
    if (!isShort() || this.#isClosed) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`received ${JSON.stringify(this.text.slice(-300))}`)),
        DEADLINE_MS,
      );
      this.#wake = () => {
        if (isShort() && !this.#isClosed) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Waits until as many bytes as `text` has are received; rejects when they differ. */
  async receive(text: string): Promise<void> {
    await this.readWhile(() => this.#bytes < text.length);
    if (this.text !== text) throw new Error(`expected ${JSON.stringify(text)}, received ${JSON.stringify(this.text)}`);
  }

  /** Everything until the server closes the connection. */
  async readToEnd(): Promise<Buffer> {
    await this.readWhile(() => true);
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }
}
