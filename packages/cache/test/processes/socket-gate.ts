import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A unix socket in front of another one, which can be cut and blocked. */
export class SocketGate implements AsyncDisposable {
  readonly path: string;
  readonly #to: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isBlocked = false;

  private constructor(path: string, to: string) {
    this.path = path;
    this.#to = to;
    this.#server = createServer((client) => this.#carry(client));
  }

  static async open(path: string, to: string): Promise<SocketGate> {
    const gate = new SocketGate(path, to);
    gate.#server.listen(path);
    await once(gate.#server, 'listening');
    return gate;
  }

  /** Ends all connections; new ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Keeps all connections and carries nothing, until `unblock`: then it arrives. */
  block(): void {
    this.#isBlocked = true;
    for (const socket of this.#sockets) socket.pause();
  }

  unblock(): void {
    this.#isBlocked = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #carry(client: Socket): void {
    const relay = connect(this.#to);
    for (const [from, to] of [
      [client, relay],
      [relay, client],
    ] as const) {
      this.#sockets.add(from);
      // Whoever is at the other end is told by the end of the connection.
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk) => to.write(chunk));
      if (this.#isBlocked) from.pause();
    }
  }
}
