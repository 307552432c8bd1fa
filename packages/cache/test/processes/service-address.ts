import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where a server is found, whichever of several that is now. */
export class ServiceAddress implements AsyncDisposable {
  readonly host: string = '127.0.0.1';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number;

  /** It stands for a port of this machine. */
  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer({ noDelay: true }, (client) => this.#carry(client));
  }

  static async open(port: number): Promise<ServiceAddress> {
    const address = new ServiceAddress(port);
    address.#server.listen(0, address.host);
    await once(address.#server, 'listening');
    return address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on it stands for another port. All connections end. */
  moveTo(port: number): void {
    this.#port = port;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(client: Socket): void {
    const server = connect({ port: this.#port, host: this.host, noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      // Whoever is at the other end is told by the end of the connection.
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
