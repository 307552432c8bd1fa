import { connect } from 'node:net';

/** Where a server listens. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** One question to a server. */
export interface Question {
  readonly request: string | Buffer;
  /** Whether the reply, decoded as Latin-1, is long enough to be read. */
  readonly isWhole: (reply: string) => boolean;
  /** @default 1000 */
  readonly timeoutMs?: number;
}

/** Asks a server one question on a connection of its own. `undefined` when no whole reply came. */
export function ask(endpoint: Endpoint, question: Question): Promise<string | undefined> {
  const { request, isWhole, timeoutMs = 1000 } = question;
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(endpoint);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    timer.unref();
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(request));
    socket.on('data', (text: string) => {
      reply += text;
      if (isWhole(reply)) socket.destroy();
    });
    // No reply is an answer too: the caller asks again until its own deadline.
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(isWhole(reply) ? reply : undefined);
    });
  });
}
