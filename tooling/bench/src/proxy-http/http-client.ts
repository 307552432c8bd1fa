import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer, as far as it is looked at. */
export interface Answer {
  readonly status: number;
  readonly bytes: number;
}

/** A client that keeps its connections. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  send(method: 'GET' | 'PUT', key: string, body?: Buffer): Promise<Answer> {
    const options = { port: this.#port, host: '127.0.0.1', method, path: `/v1/cache/${key}`, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        text(response).then((content) => resolve({ status: response.statusCode!, bytes: content.length }), reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
