import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import type { Receiver } from '../src/receiver/receiver.ts';
import { createReceiverHandler } from '../src/receiver/receiver-handler.ts';
import { ReplicationError } from '../src/replication-error.ts';
import { batchOf } from './batches.ts';
import { set } from './operations.ts';
import { serveHandler, serveReceiver } from './receiver-server.ts';

const { signal } = new AbortController();
const batch = batchOf(0, [set('a', 1)]);

function stubReceiver(part: Partial<Receiver>): Receiver {
  return part as Receiver;
}

describe('createHttpTransport', () => {
  it('carries a batch and a cursor whole, with the token, below a path of its own', async () => {
    const receiver = stubReceiver({
      position: async (source, shard) => ({ cursor: `${source.length}-${shard}` }),
      receive: async (received) => {
        expect(received).toEqual(batch);
        return { kind: 'applied', cursor: '1-0' };
      },
    });
    await using server = await serveReceiver(receiver, 'secret');
    await using transport = createHttpTransport({ url: server.url, token: 'secret' });
    await expect(transport.position('east', 3, { signal })).resolves.toEqual({ cursor: '4-3' });
    await expect(transport.send(batch, { signal })).resolves.toMatchObject({ kind: 'accepted', cursor: '1-0' });
    await using below = createHttpTransport({ url: `${server.url}/below/`, token: 'secret' });
    await expect(below.position('east', 3, { signal })).rejects.toThrow(
      /404.*GET \/below\/v1\/replication\/cursors\/east\/3/,
    );
  });

  it('sends only codings that the last answer of the receiver listed, and learns from a refusal', async () => {
    const large = batchOf(0, [set('a', 'x'.repeat(2000))]);
    const handler = createReceiverHandler({
      receiver: stubReceiver({
        position: async () => ({ cursor: '0-0' }),
        receive: async () => ({ kind: 'applied', cursor: '1-0' }),
      }),
    });
    let listed: string | undefined;
    const codings: unknown[] = [];
    await using server = await serveHandler(async (request) => {
      const coding = request.headers['content-encoding'];
      if (request.method === 'POST') codings.push(coding);
      const isTaken = coding === undefined || listed === undefined || listed.includes(String(coding));
      const headers = { ...request.headers, ...(isTaken ? {} : { 'content-encoding': 'unheard-of' }) };
      const answer = await handler({ ...request, headers });
      const { 'accept-encoding': own, ...rest } = answer.headers;
      expect(own).toMatch(/^br(, zstd)?$/);
      return { ...answer, headers: { ...rest, ...(listed === undefined ? {} : { 'accept-encoding': listed }) } };
    });
    await using transport = createHttpTransport({ url: server.url });
    const accepted = { kind: 'accepted', cursor: '1-0' };
    await transport.position('east', 0, { signal });
    await expect(transport.send(large, { signal })).resolves.toMatchObject(accepted);
    listed = 'identity';
    await expect(transport.send(large, { signal })).rejects.toThrow('400 ERR_REPLICATION_BAD_BATCH');
    await expect(transport.send(large, { signal })).resolves.toMatchObject(accepted);
    listed = 'identity, br';
    await transport.position('east', 0, { signal });
    await expect(transport.send(large, { signal })).resolves.toMatchObject(accepted);
    expect(codings).toEqual(['br', 'br', undefined, 'br']);
  });

  it('gives a gap as a value', async () => {
    await using server = await serveReceiver(stubReceiver({ receive: async () => ({ kind: 'gap', cursor: '5-0' }) }));
    await using transport = createHttpTransport({ url: server.url });
    await expect(transport.send(batch, { signal })).resolves.toEqual({ kind: 'gap', cursor: '5-0' });
  });

  it('rejects with ERR_REPLICATION_REFUSED and the reason when the receiver answers with an error', async () => {
    const failing = stubReceiver({
      receive: () => Promise.reject(new ReplicationError('ERR_REPLICATION_BUSY', 'not now')),
    });
    await using server = await serveReceiver(failing, 'secret');
    await using transport = createHttpTransport({ url: server.url, token: 'secret' });
    await expect(transport.send(batch, { signal })).rejects.toMatchObject({
      code: 'ERR_REPLICATION_REFUSED',
      message: expect.stringMatching(/503 ERR_REPLICATION_BUSY: not now/),
    });
    await using stranger = createHttpTransport({ url: server.url, token: 'wrong' });
    await expect(stranger.position('east', 0, { signal })).rejects.toThrow(/401 ERR_REPLICATION_UNAUTHORIZED/);
  });

  it.each([
    ['has no digest', { status: 200, headers: {}, body: '{"cursor":"1-0"}' }],
    [
      'has the digest of another',
      { status: 200, headers: { 'lockstep-digest': '00000000' }, body: '{"cursor":"1-0"}' },
    ],
    ['comes from something else', { status: 404, headers: {}, body: '<html>' }],
    ['never ends', { status: 200, headers: {}, body: 'x'.repeat(100_000) }],
  ])('does not believe an answer that %s', async (_what, answer) => {
    await using server = await serveHandler(async () => answer);
    await using transport = createHttpTransport({ url: server.url });
    const damaged = { code: 'ERR_REPLICATION_TRANSPORT' };
    await expect(transport.position('east', 0, { signal })).rejects.toMatchObject(damaged);
    await expect(transport.send(batch, { signal })).rejects.toMatchObject(damaged);
  });

  it('does not believe a cursor of another shard', async () => {
    await using server = await serveReceiver(stubReceiver({ position: async () => ({ cursor: '9-0' }) }));
    await using real = createHttpTransport({ url: server.url });
    await expect(real.position('east', 0, { signal })).resolves.toEqual({ cursor: '9-0' });
    const handler = createReceiverHandler({ receiver: stubReceiver({ position: async () => ({ cursor: '9-0' }) }) });
    await using other = await serveHandler((request) => handler({ ...request, path: '/v1/replication/cursors/eas/0' }));
    await using transport = createHttpTransport({ url: other.url });
    await expect(transport.position('east', 0, { signal })).rejects.toThrow(/the cursor is of another shard/);
  });

  it('rejects in time when nothing listens, when nothing answers, and when the answer stops', async () => {
    await using server = await serveReceiver(stubReceiver({ position: async () => ({ cursor: '9-0' }) }));
    await using proxy = await startFaultProxy({ to: server.address });
    await using transport = createHttpTransport({ url: `http://${proxy.address}`, timeoutMs: 300 });
    const unreachable = { code: 'ERR_REPLICATION_TRANSPORT' };
    await expect(transport.position('east', 0, { signal })).resolves.toEqual({ cursor: '9-0' });
    proxy.halfOpen();
    await expect(transport.position('east', 0, { signal })).rejects.toMatchObject(unreachable);
    await proxy.heal();
    proxy.throttle({ bytesPerSecond: 50 });
    await expect(transport.position('east', 0, { signal })).rejects.toMatchObject(unreachable);
    await proxy.refuse();
    proxy.cut();
    await expect(transport.position('east', 0, { signal })).rejects.toMatchObject(unreachable);
    await proxy.heal();
    await expect(transport.position('east', 0, { signal })).resolves.toEqual({ cursor: '9-0' });
  });

  it('rejects with the reason of the signal', async () => {
    await using server = await serveHandler(() => new Promise(() => {}));
    await using transport = createHttpTransport({ url: server.url });
    const controller = new AbortController();
    const sent = transport.send(batch, { signal: controller.signal });
    controller.abort(new Error('stopping'));
    await expect(sent).rejects.toThrow('stopping');
  });

  it('closes as often as it is told to', async () => {
    const transport = createHttpTransport({ url: 'http://127.0.0.1:1' });
    await transport.close();
    await transport.close();
    await expect(transport.position('east', 0, { signal })).rejects.toMatchObject({
      code: 'ERR_REPLICATION_TRANSPORT',
    });
  });

  it('refuses a certificate that is none, before anything is sent', () => {
    expect(() => createHttpTransport({ url: 'https://west', tls: { cert: 'none', key: 'none' } })).toThrow(
      /^tls makes no sense: /,
    );
  });

  it.each(['', 'west:8080', 'ftp://west', 'redis://west'])('refuses the url %j', (url) => {
    expect(() => createHttpTransport({ url })).toThrow(/url must be an http or https URL/);
  });
});
