import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that remembers what came back and how it ended. */
export class TcpClient {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  errorCode: string | undefined;
  hasEnded = false;

  constructor(port: number, options: { allowHalfOpen?: boolean } = {}) {
    this.socket = connect({ port, host: '127.0.0.1', ...options });
    this.socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code;
    });
    this.socket.on('end', () => {
      this.hasEnded = true;
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.received.toString();
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, 'connect');
    return this;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }
}
