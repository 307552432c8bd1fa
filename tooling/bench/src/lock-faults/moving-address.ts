import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One address in front of whatever is the primary now, as a service address or a load balancer is. */
export interface MovingAddress extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sends new connections elsewhere, and closes those that are open. */
  moveTo(port: number): void;
}

const host = '127.0.0.1';

/** Opens one that leads to a port of loopback. */
export async function openMovingAddress(firstPort: number): Promise<MovingAddress> {
  let target = firstPort;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Either end of it that fails is gone, and takes the other with it.
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    moveTo(port) {
      target = port;
      cutAll();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cutAll();
      await closed;
    },
  };
}
