import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What is sent, byte for byte. */
export interface HttpRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: Buffer;
  readonly timeoutMs: number;
  readonly agent?: Agent;
}

/** What came back, whole. */
export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const sharedAgent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One exchange on the loopback interface. @throws when there is no whole answer in time. */
export function askHttp(asked: HttpRequest): Promise<HttpReply> {
  const { port, method, path, headers = {}, body, timeoutMs, agent = sharedAgent } = asked;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('close', () => {
        if (answer.complete) {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
        } else {
          reject(new Error('the answer is not whole'));
        }
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
