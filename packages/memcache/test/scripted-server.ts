import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server that answers `version` as memcached does, and all else as a test wants. */
export interface ScriptedServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Every command line received so far, `version` not counted. */
  readonly commands: readonly string[];
  /** Ends all connections that there are. */
  dropAll(): void;
}

/** Answers one command line. `index` counts the commands of all connections from 0. */
export type CommandScript = (socket: Socket, line: string, index: number) => void;

/** Starts a scripted server. `onConnect` sees each connection before it is read; `version` is what it says it is. */
export async function startScriptedServer(
  onCommand: CommandScript,
  onConnect: (socket: Socket) => void = () => {},
  version: () => string = () => '1.6.18',
  host = '127.0.0.1',
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnect(socket);
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'version') socket.write(`VERSION ${version()}\r\n`);
        else onCommand(socket, line, commands.push(line) - 1);
      }
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    commands,
    dropAll() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The opaque number of a command line. */
export function opaqueOf(line: string): string {
  return / O(\d+)$/.exec(line)?.[1] ?? 'none';
}
