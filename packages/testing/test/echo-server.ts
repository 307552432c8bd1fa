import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server that sends back what it gets, and knows its connections. */
export interface EchoServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Bytes that all connections together have received. */
  readonly receivedBytes: number;
  /** Stops reading, so that senders feel it. */
  pause(): void;
  resume(): void;
}

export async function startEchoServer(): Promise<EchoServer> {
  const sockets = new Set<Socket>();
  let receivedBytes = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length;
    });
    // A proxy that resets is what these tests are about.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    sockets,
    get receivedBytes() {
      return receivedBytes;
    },
    pause: () => sockets.forEach((socket) => socket.unpipe(socket).pause()),
    resume: () => sockets.forEach((socket) => socket.pipe(socket).resume()),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
