import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { createHttpSource } from '../../src/source/http-source.ts';
import { sample } from '../topology/sample.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a topology at an HTTP URL', () => {
  it('is asked for with its ETag, and a 304 is no change', async () => {
    const asked: IncomingHttpHeaders[] = [];
    let etag = '"1"';
    const origin = await serve((request, response) => {
      asked.push(request.headers);
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(sample + etag);
    });
    const source = createHttpSource(`${origin}/house?token=hunter2`);
    expect(source.name).toBe(`${origin}/house`);
    expect(await source.read()).toBe(`${sample}"1"`);
    expect(await source.read()).toBeUndefined();
    etag = '"2"';
    expect(await source.read()).toBe(`${sample}"2"`);
    expect(asked.map((headers) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"']);
  });

  it('is compared by its text where the server knows no conditions', async () => {
    const origin = await serve((_request, response) => response.end(sample));
    const source = createHttpSource(origin);
    expect(await source.read()).toBe(sample);
    expect(await source.read()).toBeUndefined();
  });

  it.each([
    [
      'another status',
      (origin: string) => `${origin}/status`,
      'the server answers 500; it must answer 200 with a topology',
    ],
    [
      'an endless answer',
      (origin: string) => `${origin}/endless`,
      'the answer is longer than 4194304 bytes; it is no topology',
    ],
    ['a connection that is cut', (origin: string) => `${origin}/cut`, 'the topology cannot be fetched: '],
    ['nobody who listens', () => 'http://127.0.0.1:1/', 'the topology cannot be fetched: '],
  ])('is a problem with %s', async (_, urlOf, problem) => {
    const origin = await serve((request, response) => {
      if (request.url === '/status') response.writeHead(500).end('x');
      else if (request.url === '/cut') request.socket.destroy();
      else {
        const chunk = 'x'.repeat(65_536);
        const more = (): void => {
          while (!response.destroyed && response.write(chunk)) continue;
        };
        response.on('drain', more);
        more();
      }
    });
    const url = urlOf(origin);
    await expect(createHttpSource(url).read()).rejects.toMatchObject({
      code: 'ERR_SERVICE_KIT_TOPOLOGY',
      problems: [expect.stringContaining(`${new URL(url).origin}${new URL(url).pathname}: ${problem}`)],
    });
  });

  it('ends a read with the reason of the signal', async () => {
    const origin = await serve(() => undefined);
    const reading = createHttpSource(origin).read({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(reading).rejects.toThrow('enough');
  });

  it('is refused with credentials in its URL', () => {
    expect(() => createHttpSource('https://a:hunter2@h/')).toThrow(
      '--config: the URL must not hold credentials; write https://host/path',
    );
  });
});
