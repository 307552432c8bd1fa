import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const headerBytes = 24;
const noop = 0x0a;

/** A command of the binary protocol as it came in. */
export interface BinaryCommand {
  readonly opcode: number;
  readonly opaque: number;
  readonly key: string;
  readonly value: string;
  /** Which connection it came over, counted from 0. */
  readonly connection: number;
}

/** A loopback server that answers the binary protocol by a script. */
export interface BinaryServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Every command received so far, but those without effect, which it answers by itself. */
  readonly commands: readonly BinaryCommand[];
}

/** Answers one command. */
export type BinaryScript = (socket: Socket, command: BinaryCommand) => void;

/** Starts a scripted server of the binary protocol. */
export async function startBinaryServer(onCommand: BinaryScript): Promise<BinaryServer> {
  const sockets = new Set<Socket>();
  const commands: BinaryCommand[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    const connection = accepted++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= headerBytes && rest.length >= headerBytes + rest.readUInt32BE(8)) {
        const command = parse(rest, connection);
        rest = rest.subarray(headerBytes + rest.readUInt32BE(8));
        if (command.opcode === noop) {
          socket.write(replyTo(command));
        } else {
          commands.push(command);
          onCommand(socket, command);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    commands,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The reply to a command: an item with its flags where there is a value. */
export function replyTo(
  { opcode, opaque }: BinaryCommand,
  parts: { status?: number; value?: string | Buffer } = {},
): Buffer {
  const value =
    parts.value === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(4), Buffer.from(parts.value)]);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(0x81, 0);
  header.writeUInt8(opcode, 1);
  header.writeUInt8(parts.value === undefined ? 0 : 4, 4);
  header.writeUInt16BE(parts.status ?? 0, 6);
  header.writeUInt32BE(value.length, 8);
  header.writeUInt32BE(opaque, 12);
  return Buffer.concat([header, value]);
}

function parse(data: Buffer, connection: number): BinaryCommand {
  const keyStart = headerBytes + data.readUInt8(4);
  const valueStart = keyStart + data.readUInt16BE(2);
  return {
    opcode: data.readUInt8(1),
    opaque: data.readUInt32BE(12),
    key: data.toString('latin1', keyStart, valueStart),
    value: data.toString('latin1', valueStart, headerBytes + data.readUInt32BE(8)),
    connection,
  };
}
