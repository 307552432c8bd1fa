import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { createReceiverHandler, type HandlerResponse, type ReceiverHandler } from '../src/receiver/receiver-handler.ts';
import type { Receiver } from '../src/receiver/receiver.ts';

/** A receiver behind a real HTTP server on a free loopback port. */
export interface ReceiverServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly address: string;
  /** Requests that were answered. */
  readonly answered: number;
  /** Of the requests that came in. */
  readonly bodyBytes: number;
  /** Stands between server and handler; the default passes every request on. */
  intercept: (handle: () => Promise<HandlerResponse>) => Promise<HandlerResponse>;
}

export async function serveReceiver(receiver: Receiver, token?: string): Promise<ReceiverServer> {
  return serveHandler(createReceiverHandler({ receiver, ...(token === undefined ? {} : { token }) }));
}

export async function serveHandler(handler: ReceiverHandler): Promise<ReceiverServer> {
  let [answered, bodyBytes] = [0, 0];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      bodyBytes += body.length;
      const { method = '', url: path = '', headers } = request;
      const answer = await result.intercept(() => handler({ method, path, headers, body }));
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
      answered += 1;
    } catch {
      // The connection broke while the request came in, or a test broke it.
      response.destroy();
    }
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const result: ReceiverServer = {
    port,
    url: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    get answered() {
      return answered;
    },
    get bodyBytes() {
      return bodyBytes;
    },
    intercept: (handle) => handle(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return result;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
