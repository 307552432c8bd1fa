import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request, whole. */
export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent back. */
export interface EndpointResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An HTTP server on a free port of the loopback interface. */
export interface Endpoint extends AsyncDisposable {
  readonly url: string;
}

/** Serves `answer`; an answer that throws becomes a 500. @param port 0 for a free one. */
export async function openEndpoint(
  answer: (request: EndpointRequest) => Promise<EndpointResponse>,
  port = 0,
): Promise<Endpoint> {
  const server = createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    readBody(request)
      .then((body) => answer({ method, path, headers, body }))
      .catch((error: unknown) => ({ status: 500, headers: {}, body: String(error) }))
      .then((answered) => response.writeHead(answered.status, { ...answered.headers }).end(answered.body))
      .catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
