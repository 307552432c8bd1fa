import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a relay does with the bytes of one connection: it writes to `client` itself. Returns what comes of a chunk. */
export interface Misbehaviour {
  /** Bytes of the client: what to send to the server. Nothing unless given: all of them. */
  readonly fromClient?: (chunk: Buffer, client: Socket) => Buffer | undefined;
  /** Bytes of the server: what to send to the client. Nothing unless given: all of them. */
  readonly fromServer?: (chunk: Buffer, client: Socket) => Buffer | undefined;
}

/** A relay in front of a real server, which can be told to be something else for the connections to come. */
export interface Relay extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Replaces all connections by ones that behave like that; without an argument, like the server. */
  behave(misbehaviour?: () => Misbehaviour): void;
}

/** Starts a relay in front of `target`. */
export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const sockets = new Set<Socket>();
  let create: () => Misbehaviour = () => ({});
  let accepted = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Either side may go at any moment; the other one is ended by 'close'.
    socket.on('error', () => {});
    return socket.on('close', () => sockets.delete(socket));
  };
  const listener = createServer((client) => {
    accepted++;
    const { fromClient = whole, fromServer = whole } = create();
    const server = connect(target.port, target.host);
    keep(client).on('close', () => server.destroy());
    keep(server).on('close', () => client.end());
    client.on('data', (chunk: Buffer) => pass(fromClient(chunk, client), server));
    server.on('data', (chunk: Buffer) => pass(fromServer(chunk, client), client));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    behave(misbehaviour = () => ({})) {
      create = misbehaviour;
      destroyAll();
    },
    async [Symbol.asyncDispose]() {
      destroyAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}

function whole(chunk: Buffer): Buffer {
  return chunk;
}

function pass(bytes: Buffer | undefined, to: Socket): void {
  if (bytes !== undefined && bytes.length > 0 && to.writable) to.write(bytes);
}
