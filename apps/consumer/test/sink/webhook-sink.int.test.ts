import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sink, Verdict } from '../../src/sink/sink.ts';
import { createWebhookSink, type WebhookSinkOptions } from '../../src/sink/webhook-sink.ts';
import { messageOf } from '../fixtures/message-of.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let sinks: Sink[];

beforeEach(async () => {
  sinks = [];
  answer = (_request, response) => response.end();
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await Promise.all(sinks.map((sink) => sink.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function deliver(options: Partial<WebhookSinkOptions> = {}, signal = new AbortController().signal): Promise<Verdict> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`;
  const sink = createWebhookSink({ queue: 'policies', url, parallel: 2, ...options });
  sinks.push(sink);
  return sink.deliver({ token: 42, messages: [messageOf('1-0', 'hello')], signal });
}

describe('a webhook', () => {
  it('is called with the token, the key of the message and its body', async () => {
    let seen: unknown;
    answer = (request, response) => {
      const { method, url, headers } = request;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { authorization } = headers;
        const ours = [headers['lockstep-fencing-token'], headers['idempotency-key'], headers['lockstep-queue']];
        seen = { method, url, ours, authorization, body };
        response.end();
      });
    };
    expect(await deliver({ token: 'secret' })).toEqual({ kind: 'accepted' });
    const ours = ['42', 'policies/1-0', 'policies'];
    expect(seen).toEqual({ method: 'POST', url: '/hook?x=1', ours, authorization: 'Bearer secret', body: 'hello' });
  });

  it('that has heard of a newer leader is believed', async () => {
    answer = (_request, response) => response.writeHead(409).end('{"code":"ERR_LOCK_STALE_TOKEN"}');
    expect(await deliver()).toEqual({ kind: 'stale' });
  });

  it('that is not there, hangs up or does not answer in time is unavailable', async () => {
    expect(await deliver({ url: 'http://127.0.0.1:1/' })).toMatchObject({ kind: 'unavailable' });
    answer = (request) => request.socket.destroy();
    expect(await deliver()).toMatchObject({ kind: 'unavailable' });
    answer = () => undefined;
    expect(await deliver({ timeoutMs: 50 })).toMatchObject({ kind: 'unavailable' });
  });

  it('is left alone when the leadership is over', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('over'));
    await expect(deliver({}, controller.signal)).rejects.toThrow('over');
  });
});
