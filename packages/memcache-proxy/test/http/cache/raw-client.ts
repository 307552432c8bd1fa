import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a server said until it closed the connection or fell silent. */
export interface RawAnswer {
  readonly text: string;
  /** The status codes of the answers, in order. */
  readonly statuses: readonly number[];
  readonly isClosed: boolean;
}

/** Sends bytes as they are and collects what comes back, until the server closes or `isEnough` says so. */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  isEnough = (_text: string) => false,
): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(bytes);
  return collect(socket, isEnough);
}

function collect(socket: Socket, isEnough: (text: string) => boolean): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    const finish = (isClosed: boolean): void => {
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
      resolve({ text, statuses, isClosed });
    };
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      if (isEnough(text)) finish(false);
    });
    socket.on('close', () => finish(true));
    // A reset is a way to close.
    socket.on('error', () => finish(true));
  });
}
