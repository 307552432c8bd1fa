import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createBackend, createMemcacheServer, type MemcacheServer } from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { splitAt } from './parse-all.ts';
import { ScriptClient } from './script-client.ts';
import { namedKeys } from './naive-parser.ts';

const MAX_VALUE_BYTES = 200;
let pool: MemoryPool;
let server: MemcacheServer;
let port: number;

beforeAll(async () => {
  pool = new MemoryPool();
  server = createMemcacheServer({
    backend: createBackend({ pool }),
    maxValueBytes: MAX_VALUE_BYTES,
    metaKeys: 'binary',
  });
  const address = await server.listen({ port: 0 });
  port = 'port' in address ? address.port : 0;
});
afterAll(() => server.close());

const word = fc.oneof(
  fc.constantFrom('get', 'gets', 'gat', 'set', 'add', 'append', 'cas', 'delete', 'touch', 'incr', 'noreply', 'stats'),
  fc.constantFrom(
    'mg',
    'ms',
    'md',
    'ma',
    'mn',
    'me',
    'v',
    'q',
    'k',
    'b',
    'T60',
    'N30',
    'I',
    'MA',
    'O1',
    'YWJj',
    'AA0K',
  ),
  fc.constantFrom('0', '1', '3', '20', '-1', '201', '1073741824', '4294967297', '99999999999999999999', ''),
  fc.constantFrom('key', 'k'.repeat(250), 'k'.repeat(251), 'a\rdelete', 'a\x01b', 'a\0', '\x80', 'schl\xc3\xbc'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const line = fc
  .tuple(fc.array(word, { maxLength: 8 }), fc.constantFrom('\r\n', '\r\n', '\n', '\r', '', '\r\r\n', ' \r\n'))
  .map(([words, end]) => words.join(' ') + end);
const body = fc.constantFrom('delete victim\r\n', 'set victim 0 0 1\r\nx\r\n', 'x', '', '\r\n', 'get victim\r\n');
const store = fc
  .tuple(
    fc.constantFrom('set k 0 0', 'append k 0 0', 'ms k', 'cas k 0 0', 'set a\x01b 0 0'),
    body,
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom('', ' noreply', ' q', ' 5', ' F1 T2'),
  )
  .map(([start, text, off, end]) => `${start} ${text.length + off}${end}\r\n${text}\r\n`);
const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const script = fc
  .array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 4, arbitrary: store }, noise), { maxLength: 10 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

it('survives whatever a client sends, and asks for no key that the client did not name', async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.array(fc.nat(600), { maxLength: 8 }), async (bytes, places) => {
      pool.calls.length = 0;
      const client = await ScriptClient.open({ port });
      await client.send(
        ...splitAt(
          bytes,
          places.filter((place) => place < bytes.length),
        ),
      );
      client.socket.end();
      await client.readToEnd();
      const allowed = namedKeys(bytes, MAX_VALUE_BYTES);
      const asked = pool.calls.map((call) => call.slice(call.indexOf(' ') + 1));
      expect(asked.filter((key) => !allowed.has(key))).toEqual([]);
    }),
    { numRuns: 1500 },
  );
  await using client = await ScriptClient.open({ port });
  await client.send('set alive 0 0 1\r\nx\r\nget alive\r\n');
  await expect(client.receive('STORED\r\nVALUE alive 0 1\r\nx\r\nEND\r\n')).resolves.toBeUndefined();
});

it('keeps apart what many hostile clients send at the same time', async () => {
  const one = fc.tuple(script, fc.array(fc.nat(300), { maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 2, maxLength: 5 }), async (clients) => {
      const good = await ScriptClient.open({ port });
      const others = await Promise.all(
        clients.map(async ([bytes, places]) => {
          const client = await ScriptClient.open({ port });
          void client.send(
            ...splitAt(
              bytes,
              places.filter((place) => place < bytes.length),
            ),
          );
          return client;
        }),
      );
      await good.send('set mine 0 0 4\r\nmine\r\n', 'get mine\r\n', 'get mi', 'ne\r\n');
      const value = 'VALUE mine 0 4\r\nmine\r\nEND\r\n';
      await expect(good.receive(`STORED\r\n${value}${value}`)).resolves.toBeUndefined();
      await Promise.all([good, ...others].map((client) => client[Symbol.asyncDispose]()));
    }),
    { numRuns: 100 },
  );
});
