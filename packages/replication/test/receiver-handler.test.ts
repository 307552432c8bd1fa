import { brotliCompressSync, constants } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { Receiver } from '../src/receiver/receiver.ts';
import { createReceiverHandler, type HandlerRequest } from '../src/receiver/receiver-handler.ts';
import { ReplicationError } from '../src/replication-error.ts';
import { answerDigest, batchHeaders } from '../src/transport/wire.ts';
import { batchOf } from './batches.ts';
import { set } from './operations.ts';

const batch = batchOf(0, [set('a', 1)]);
const POST = '/v1/replication/batches';

function createHandler(part: Partial<Receiver> = {}, token?: string) {
  const receiver = {
    position: async () => ({ cursor: '7-0' }),
    receive: async () => ({ kind: 'applied', cursor: '1-0' }),
    ...part,
  } as Receiver;
  const handler = createReceiverHandler({ receiver, ...(token === undefined ? {} : { token }) });
  return async (request: Partial<HandlerRequest>) => {
    const response = await handler({ method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0), ...request });
    return { ...response, json: JSON.parse(response.body) as Record<string, unknown> };
  };
}

const post = (headers: Record<string, string> = {}, body: Buffer = batch.body): Partial<HandlerRequest> => ({
  method: 'POST',
  path: POST,
  headers: { ...batchHeaders(batch), ...headers },
  body,
});

describe('createReceiverHandler', () => {
  it.each(['applied', 'duplicate'] as const)('answers a batch that is %s with 200 and the cursor', async (kind) => {
    const answer = await createHandler({ receive: async () => ({ kind, cursor: '1-0' }) })(post());
    expect([answer.status, answer.json]).toEqual([200, { cursor: '1-0' }]);
  });

  it('hands the batch over as it was sent', async () => {
    const handle = createHandler({
      receive: async (received) => {
        expect(received).toEqual(batch);
        return { kind: 'applied', cursor: '1-0' };
      },
    });
    await expect(handle(post())).resolves.toMatchObject({ status: 200 });
  });

  it('answers a gap with 409 and the cursor', async () => {
    const answer = await createHandler({ receive: async () => ({ kind: 'gap', cursor: '5-0' }) })(post());
    expect([answer.status, answer.json]).toMatchObject([409, { code: 'ERR_REPLICATION_GAP', cursor: '5-0' }]);
  });

  it('answers the cursor of a source and shard', async () => {
    const answer = await createHandler()({ path: '/v1/replication/cursors/east/0?x=1' });
    expect([answer.status, answer.json]).toEqual([200, { source: 'east', shard: 0, cursor: '7-0' }]);
  });

  it.each([
    ['ERR_REPLICATION_BAD_BLOCK', 400],
    ['ERR_REPLICATION_LOOP', 400],
    ['ERR_REPLICATION_APPLY_FAILED', 503],
    ['ERR_REPLICATION_REDIS', 503],
    ['ERR_REPLICATION_BUSY', 503],
    ['ERR_REPLICATION_CLOSED', 503],
  ] as const)('answers %s with %i and the code', async (code, status) => {
    const answer = await createHandler({ receive: () => Promise.reject(new ReplicationError(code, 'because')) })(
      post(),
    );
    expect([answer.status, answer.json]).toMatchObject([status, { code, message: expect.stringContaining('because') }]);
  });

  it.each([
    ['a changed body', post({}, Buffer.concat([batch.body, Buffer.alloc(1)]))],
    ['a changed last', post({ 'lockstep-last': '9-0' })],
    ['a changed prev', post({ 'lockstep-prev': '0-1' })],
    ['a changed source', post({ 'lockstep-source': 'eas' })],
    ['a changed shard', post({ 'lockstep-shard': '1' })],
    ['a shard that is no number', post({ 'lockstep-shard': '0x0' })],
    ['a changed digest', post({ 'lockstep-digest': '00000000' })],
    ['no digest', post({ 'lockstep-digest': '' })],
  ])('refuses a batch with %s before the receiver sees it', async (_what, request) => {
    const handle = createHandler({ receive: () => expect.fail('it was handed over') });
    await expect(handle(request)).resolves.toMatchObject({ status: 400, json: { code: 'ERR_REPLICATION_BAD_BATCH' } });
  });

  it.each([
    ['GET', POST],
    ['POST', '/v1/replication/cursors/east/0'],
    ['GET', '/v1/replication/cursors/east'],
    ['GET', '/v1/replication/cursors/east/0/1'],
    ['GET', '/v1/replication/cursors/east/x'],
    ['GET', '/'],
  ])('answers %s %s with 404', async (method, path) => {
    const answer = await createHandler()({ method, path });
    expect([answer.status, answer.json['code']]).toEqual([404, 'ERR_REPLICATION_NOT_FOUND']);
  });

  it.each([undefined, 'secret', 'Bearer wrong', 'bearer secret', 'Bearer secret ', ''])(
    'answers 401 to the authorization %j when a token is set',
    async (authorization) => {
      const answer = await createHandler(
        {},
        'secret',
      )({ ...post(), headers: { ...batchHeaders(batch), authorization } });
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(answer.json['code']).toBe('ERR_REPLICATION_UNAUTHORIZED');
    },
  );

  it('lets the right token in', async () => {
    const answer = await createHandler({}, 'secret')(post({ authorization: 'Bearer secret' }));
    expect(answer.status).toBe(200);
  });

  it.each([
    [undefined, 401],
    [false, 401],
    [true, 200],
  ])('answers a request whose client has shown a certificate: %j with %i where it needs one', async (shown, status) => {
    const receiver = { position: async () => ({ cursor: '7-0' }), receive: () => expect.fail('it was handed over') };
    const handler = createReceiverHandler({ receiver, needsCertificate: true });
    const request = { method: 'GET', path: '/v1/replication/cursors/east/0', headers: {}, body: Buffer.alloc(0) };
    const answer = await handler(shown === undefined ? request : { ...request, hasCertificate: shown });
    expect([answer.status, answer.headers['lockstep-digest']]).toEqual([status, answerDigest(status, answer.body)]);
  });

  it('refuses an empty token, which everyone would know', () => {
    expect(() => createHandler({}, '')).toThrow(/token must not be empty/);
  });

  it('answers a body that unpacks to more than it takes with 413', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(17 * 1024 * 1024), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    });
    const answer = await createHandler()(post({ 'content-encoding': 'br' }, bomb));
    expect([answer.status, answer.json['code']]).toEqual([413, 'ERR_REPLICATION_TOO_LARGE']);
  });

  it('puts a digest of status and body on every answer', async () => {
    const answer = await createHandler()({});
    expect(answer.headers['lockstep-digest']).toBe(answerDigest(answer.status, answer.body));
  });
});
