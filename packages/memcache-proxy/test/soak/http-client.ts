import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** A request over HTTP. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
}

/** An answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One client over HTTP, with one connection that it keeps. */
export class HttpClient {
  readonly #port: number;
  readonly #settleMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor({ httpPort, settleMs }: { readonly httpPort: number; readonly settleMs: number }) {
    this.#port = httpPort;
    this.#settleMs = settleMs;
  }

  /** @throws Error when the connection breaks, or the answer does not come. */
  async send({ method, path, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(this.#settleMs);
    const length = body === undefined ? {} : { 'content-length': body.length };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const all = { ...length, ...headers };
      const sent = request(
        { host: '127.0.0.1', port: this.#port, method, path, headers: all, agent: this.#agent, signal },
        resolve,
      );
      sent.on('error', (cause) => reject(new Error(`${method} ${path} was not answered`, { cause })));
      sent.end(body);
    });
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The code of a problem; undefined when the body is none. */
export function codeOfProblem({ headers, body }: HttpAnswer): `ERR_${string}` | undefined {
  // HEAD has the type and no body.
  if (headers['content-type'] !== 'application/problem+json' || body.length === 0) return undefined;
  const { code } = JSON.parse(body.toString()) as { code?: string };
  return code?.startsWith('ERR_') === true ? (code as `ERR_${string}`) : undefined;
}
