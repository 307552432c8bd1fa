import { startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createIngestHandler, INGEST_PATH, LEGACY_INGEST_PATH } from '../../src/ingest/ingest-handler.ts';
import { createJournal, type Journal } from '../../src/journal/journal.ts';
import type { HandlerResponse } from '../../src/receiver/receiver-handler.ts';
import { connectRedis } from '../connect-redis.ts';
import { readStoredBlocks } from '../read-journal.ts';

const token = 'a-token-of-this-test';
let redis: Awaited<ReturnType<typeof startRedis>>;
let client: ReturnType<typeof connectRedis>;
let journal: Journal;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
beforeEach(async () => {
  await client.flushall();
  journal = createJournal({ client, region: 'east', shards: 1, timeoutMs: 500 });
  return () => journal.close();
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

interface Sent {
  readonly path?: string;
  readonly credentials?: string;
  readonly policy?: 'invalidate' | 'replicate-versioned' | 'none';
}

async function send(text: string | Buffer, sent: Sent = {}): Promise<HandlerResponse> {
  const { path = INGEST_PATH, credentials = `Bearer ${token}`, policy } = sent;
  const handle = createIngestHandler({
    journal,
    token,
    maxBodyBytes: 4000,
    maxOperations: 100,
    ...(policy === undefined ? {} : { policyOf: () => policy }),
  });
  return handle({ method: 'POST', path, headers: { authorization: credentials }, body: Buffer.from(text) });
}
const legacy = (text: string): Promise<HandlerResponse> => send(text, { path: LEGACY_INGEST_PATH });
const stored = async () => (await readStoredBlocks(client, 'east')).flatMap(({ operations }) => operations);
const errorOf = ({ body }: HandlerResponse): string => (JSON.parse(body) as { message: string }).message;

describe('the ingest of JSON', () => {
  it('appends all operations in their order', async () => {
    const operations = [
      {
        method: 'set',
        key: 'user:é',
        value: Buffer.from('v\0').toString('base64'),
        flags: 7,
        expiresAt: 1_900_000_000,
      },
      { method: 'delete', keyBase64: '/wE=' },
      { method: 'set', key: 'k', value: '' },
    ];
    await expect(send(JSON.stringify({ operations }))).resolves.toMatchObject({
      status: 200,
      body: '{"appended":3,"skipped":0}',
    });
    await expect(stored()).resolves.toEqual([
      { kind: 'set', key: Buffer.from('user:é'), value: Buffer.from('v\0'), flags: 7, expiresAt: 1_900_000_000 },
      { kind: 'delete', key: Buffer.from([0xff, 1]) },
      { kind: 'set', key: Buffer.from('k'), value: Buffer.alloc(0), flags: 0, expiresAt: 0 },
    ]);
  });

  it.each([
    [
      'bytes that are no UTF-8',
      Buffer.from('{"operations":[{"method":"delete","key":"caf\xe9"}]}', 'latin1'),
      /no UTF-8/,
    ],
    [
      'half of a surrogate pair',
      Buffer.from(String.raw`{"operations":[{"method":"delete","key":"caf\ud83d"}]}`),
      /half of a surrogate pair/,
    ],
  ])('refuses %s, which would name another key', async (_, body, reason) => {
    const answer = await send(body);
    expect([answer.status, errorOf(answer)]).toEqual([400, expect.stringMatching(reason)]);
    await expect(stored()).resolves.toEqual([]);
  });

  it('takes versions, as numbers and as text, and makes deletes of stores of a versioned class without one', async () => {
    const operations = [
      { method: 'set', key: 'a', value: '', version: 7 },
      { method: 'delete', key: 'b', version: '18446744073709551615' },
      { method: 'set', key: 'c', value: '' },
    ];
    await expect(send(JSON.stringify({ operations }), { policy: 'replicate-versioned' })).resolves.toMatchObject({
      status: 200,
    });
    const value = Buffer.alloc(0);
    await expect(stored()).resolves.toEqual([
      { kind: 'set', key: Buffer.from('a'), value, flags: 0, expiresAt: 0, version: 7n },
      { kind: 'delete', key: Buffer.from('b'), version: 2n ** 64n - 1n },
      { kind: 'delete', key: Buffer.from('c') },
    ]);
    for (const version of [1.5, -1, '1e3', '', null, '18446744073709551616']) {
      const body = JSON.stringify({ operations: [{ method: 'delete', key: 'k', version }] });
      await expect(send(body)).resolves.toMatchObject({
        status: 400,
        body: expect.stringContaining('version must be'),
      });
    }
  });

  it('takes nothing of a body in which something is wrong, and names all of it', async () => {
    const operations = [
      { method: 'delete', key: 'fine' },
      { method: 'touch', key: 'k' },
      { method: 'delete', key: 'x'.repeat(251) },
      { method: 'set', key: 'secret-key', value: 'not base64!' },
      { method: 'delete', key: 'k', value: '' },
      { method: 'delete' },
      { method: 'set', key: 'k', value: '', flags: -1 },
      7,
    ];
    const answer = await send(JSON.stringify({ operations }));
    expect(answer.status).toBe(400);
    expect(errorOf(answer).split('; ')).toEqual([
      'nothing was taken: operations[1]: method must be "set" or "delete"',
      'operations[2]: operation refused: key must be 1 to 250 bytes, got 251',
      'operations[3]: value must be base64',
      'operations[4]: a delete has no member "value"',
      'operations[5]: it needs key or keyBase64, and not both',
      'operations[6]: operation refused: flags must be an unsigned 32-bit number, got -1',
      'operations[7]: it is no object',
    ]);
    expect(answer.body).not.toContain('secret-key');
    await expect(stored()).resolves.toEqual([]);
  });

  it.each([
    ['{', 400, 'the body is no JSON'],
    ['[]', 400, 'no list "operations"'],
    ['null', 400, 'no list "operations"'],
    [JSON.stringify({ operations: Array.from({ length: 101 }, () => 1) }), 400, 'at most 100 may be'],
    ['x'.repeat(4001), 413, 'at most 4000 bytes'],
  ])('refuses %.20s with %i', async (text, status, message) => {
    const answer = await send(text);
    expect([answer.status, errorOf(answer)]).toEqual([status, expect.stringContaining(message)]);
  });

  it('does by the class of each key what its writes do', async () => {
    const text = JSON.stringify({ operations: [{ method: 'set', key: 'k', value: '' }] });
    await expect(send(text, { policy: 'none' })).resolves.toMatchObject({ body: '{"appended":0,"skipped":1}' });
    await expect(send(text, { policy: 'invalidate' })).resolves.toMatchObject({ body: '{"appended":1,"skipped":0}' });
    await expect(stored()).resolves.toEqual([{ kind: 'delete', key: Buffer.from('k') }]);
  });

  it('lets nobody in without the token, and answers nothing else', async () => {
    await expect(send('{}', { credentials: 'Bearer wrong' })).resolves.toMatchObject({ status: 401 });
    await expect(send('{}', { path: '/v1/journal/other' })).resolves.toMatchObject({ status: 404 });
  });

  it('says when the journal has not confirmed, and that it may be sent again', async () => {
    await redis.freeze();
    const answer = await send(JSON.stringify({ operations: [{ method: 'delete', key: 'k' }] }));
    await redis.thaw();
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.body).toContain('ERR_REPLICATION_JOURNAL_TIMEOUT');
    await expect.poll(stored).toEqual([{ kind: 'delete', key: Buffer.from('k') }]);
  });
});

describe('the ingest of the older form', () => {
  it('takes one operation or many, as memcached takes expiries', async () => {
    const before = Date.now() / 1000;
    const items = [
      'method=set&key=user%3A1&expire=1900000000&arg=dmFsdWU=',
      'method=set&key=k+plus&expire=60&arg=+/8%3D',
      'method=set&key=never&arg=dmE',
      'method=set&key=gone&expire=-1&arg=dmE=',
      'method=delete&key=%ff',
    ];
    await expect(legacy(items.join('||'))).resolves.toMatchObject({ status: 200, body: '{"appended":5,"skipped":0}' });
    const [first, second, third, ...rest] = await stored();
    const value = Buffer.from('value');
    expect(first).toEqual({ kind: 'set', key: Buffer.from('user:1'), value, flags: 0, expiresAt: 1_900_000_000 });
    expect(second).toMatchObject({ key: Buffer.from('k+plus'), value: Buffer.from([0xfb, 0xff]) });
    expect((second as { expiresAt: number }).expiresAt - before).toBeCloseTo(60, -1);
    expect(third).toMatchObject({ value: Buffer.from('va'), expiresAt: 0 });
    expect(rest).toEqual([
      { kind: 'delete', key: Buffer.from('gone') },
      { kind: 'delete', key: Buffer.from([0xff]) },
    ]);
  });

  it('takes nothing of a body in which something is wrong, and names all of it', async () => {
    const items = [
      'method=delete&key=k',
      'method=incr&key=k',
      'method=delete&kex=k',
      'method=delete',
      'method=set&key=k&arg=$',
      'method=set&key=k&arg=&expire=soon',
      'method=delete&key=k&key=l',
      'method=delete&key=%4',
      'method=delete&key=',
    ];
    const answer = await legacy(items.join('||'));
    expect(answer.status).toBe(400);
    expect(errorOf(answer).split('; ')).toEqual([
      'nothing was taken: operation 2: method must be set or delete',
      'operation 3: there is no field "kex"',
      'operation 4: the field key is missing',
      'operation 5: arg must be base64',
      'operation 6: expire must be a whole number of seconds',
      'operation 7: the field key is there twice',
      'operation 8: a percent sign is not followed by two digits',
      'operation 9: operation refused: key must be 1 to 250 bytes, got 0',
    ]);
    await expect(legacy('')).resolves.toMatchObject({ status: 400 });
    await expect(legacy('method=delete&key=k||'.repeat(101))).resolves.toMatchObject({ status: 400 });
    await expect(stored()).resolves.toEqual([]);
  });
});
