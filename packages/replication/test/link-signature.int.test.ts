import { setTimeout as pause } from 'node:timers/promises';

import { systemClock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import { signRequest } from '../src/transport/link-signature.ts';
import { createReceiverHandler, type ReceiverHandlerOptions } from '../src/receiver/receiver-handler.ts';
import { BATCHES_PATH, batchHeaders } from '../src/transport/wire.ts';
import { batchOf } from './batches.ts';
import { set } from './operations.ts';
import { serveHandler } from './receiver-server.ts';

const { signal } = new AbortController();
const batch = batchOf(0, [set('a', 'x'.repeat(2000))]);
const [oldKey, newKey] = ['the-old-key-of-the-link', 'the-new-key-of-the-link'];
const receiver = {
  position: async () => ({ cursor: '0-0' }),
  receive: async () => ({ kind: 'applied' as const, cursor: '1-0' }),
};
const createHandler = (options: Partial<ReceiverHandlerOptions> = {}) =>
  createReceiverHandler({ receiver, keys: [oldKey, newKey], ...options });

/** A signed batch, as a transport sends it. */
function signedPost(stampMs: number, body: Buffer = batch.body) {
  const head = { method: 'POST', path: BATCHES_PATH, headers: batchHeaders(batch) };
  const { header } = signRequest(newKey, head, { body, stampMs });
  return { ...head, headers: { ...head.headers, 'lockstep-signature': header }, body };
}

describe('a signed link', () => {
  it.each([oldKey, newKey])('lets both active keys in', async (key) => {
    await using server = await serveHandler(createHandler());
    await using transport = createHttpTransport({ url: server.url, key });
    await expect(transport.position('east', 0, { signal })).resolves.toEqual({ cursor: '0-0' });
    await expect(transport.send(batch, { signal })).resolves.toMatchObject({ kind: 'accepted', cursor: '1-0' });
  });

  it('turns away another key, none, and a stamp that is too old or too new, and says why', async () => {
    const reasons: string[] = [];
    const handler = createHandler({
      onRefused: (reason) => void reasons.push(reason),
      clock: { ...systemClock, now: () => 1_000_000 },
    });
    await using server = await serveHandler(handler);
    await using stranger = createHttpTransport({ url: server.url, key: 'the-key-of-another-link' });
    await expect(stranger.send(batch, { signal })).rejects.toThrow(/401 ERR_REPLICATION_UNAUTHORIZED/);
    await using nobody = createHttpTransport({ url: server.url });
    await expect(nobody.position('east', 0, { signal })).rejects.toThrow(/401/);
    for (const stampMs of [1_000_000 - 300_001, 1_000_000 + 300_001]) {
      await expect(handler(signedPost(stampMs))).resolves.toMatchObject({ status: 401 });
    }
    await expect(handler(signedPost(1_000_000 + 299_999))).resolves.toMatchObject({ status: 200 });
    expect(reasons).toEqual([
      'the signature is of no active key',
      'the signature is missing or malformed',
      'the stamp is 300001 ms from the clock here, and at most 300000 are let in',
      'the stamp is 300001 ms from the clock here, and at most 300000 are let in',
    ]);
  });

  it.each([
    ['source', 'lockstep-source', 'north'],
    ['shard', 'lockstep-shard', '3'],
    ['prev', 'lockstep-prev', '0-1'],
    ['first', 'lockstep-first', '2-0'],
    ['last', 'lockstep-last', '9-0'],
    ['coding', 'content-encoding', 'br'],
  ])('turns a batch away whose %s was changed', async (_what, name, value) => {
    const request = signedPost(Date.now());
    const changed = { ...request, headers: { ...request.headers, [name]: value } };
    await expect(createHandler()(request)).resolves.toMatchObject({ status: 200 });
    await expect(createHandler()(changed)).resolves.toMatchObject({ status: 401 });
  });

  it('turns a body away that is not the one that was signed', async () => {
    const request = { ...signedPost(Date.now()), body: batchOf(0, [set('a', 'y'.repeat(2000))]).body };
    const answer = await createHandler()(request);
    expect(answer).toMatchObject({ status: 401, body: expect.stringContaining('not the one that was signed') });
  });

  it('takes in nothing of a body whose head is not genuine, or too large', async () => {
    let taken = 0;
    const body = {
      async *[Symbol.asyncIterator]() {
        for (; taken < 100; taken += 1) yield Buffer.alloc(1000);
      },
    };
    const request = { ...signedPost(0), body };
    const handler = createHandler({ maxBodyBytes: 5000 });
    await expect(handler(request)).resolves.toMatchObject({ status: 401, headers: { connection: 'close' } });
    const announced = { ...signedPost(Date.now()), body };
    const large = { ...announced, headers: { ...announced.headers, 'content-length': '5001' } };
    await expect(handler(large)).resolves.toMatchObject({ status: 413 });
    expect(taken).toBe(0);
    await expect(handler(announced)).resolves.toMatchObject({ status: 413 });
    expect(taken).toBe(5);
  });

  it('believes no answer that the receiver did not sign for this very request', async () => {
    const genuine = createHandler();
    let first: Awaited<ReturnType<typeof genuine>> | undefined;
    await using server = await serveHandler(async (request) => (first ??= await genuine(request)));
    await using transport = createHttpTransport({ url: server.url, key: newKey });
    await expect(transport.position('east', 0, { signal })).resolves.toEqual({ cursor: '0-0' });
    // Within one millisecond the same request has the same stamp, and the same answer is right.
    await pause(5);
    await expect(transport.position('east', 0, { signal })).rejects.toThrow('the answer is not signed by the receiver');
    await using open = await serveHandler(createReceiverHandler({ receiver }));
    await using fooled = createHttpTransport({ url: open.url, key: newKey });
    await expect(fooled.send(batch, { signal })).rejects.toThrow('the answer is not signed by the receiver');
  });

  it('sends bodies compressed, and hands them over as they were', async () => {
    let bytes = 0;
    const count = createHandler({
      receiver: {
        ...receiver,
        receive: async (received) => {
          expect(received.body).toEqual(batch.body);
          return { kind: 'applied', cursor: '1-0' };
        },
      },
    });
    await using server = await serveHandler((request) => {
      bytes = (request.body as Buffer).length;
      return count(request);
    });
    await using transport = createHttpTransport({ url: server.url, key: oldKey });
    await expect(transport.send(batch, { signal })).resolves.toMatchObject({ kind: 'accepted', sentBytes: 68 });
    expect(bytes).toBe(68);
  });

  it.each([
    [{ keys: [] }, /keys must be one or two keys, got 0/],
    [{ keys: ['short'] }, /keys must have 16 characters or more each/],
    [{ keys: [oldKey, newKey, oldKey] }, /got 3/],
    [{ maxSkewMs: 0 }, /maxSkewMs/],
    [{ maxBodyBytes: 0 }, /maxBodyBytes/],
  ])('refuses %j', (options, message) => {
    expect(() => createHandler(options)).toThrow(message);
  });
});
