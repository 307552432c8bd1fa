import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

import type { KeyClient } from './slow-node.ts';

/** A client over HTTP that keeps its connections. */
export class HttpClient implements KeyClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async read(key: string): Promise<number | undefined> {
    const { status, bytes } = await this.#send('GET', key);
    return status === 200 ? bytes : undefined;
  }

  async write(key: string, value: Buffer): Promise<void> {
    const { status } = await this.#send('PUT', key, value);
    if (status !== 204) throw new Error(`a write was answered with ${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: 'GET' | 'PUT', key: string, body?: Buffer): Promise<{ status: number; bytes: number }> {
    const options = { port: this.#port, host: '127.0.0.1', method, path: `/v1/cache/${key}`, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        text(response).then((content) => resolve({ status: response.statusCode!, bytes: content.length }), reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
