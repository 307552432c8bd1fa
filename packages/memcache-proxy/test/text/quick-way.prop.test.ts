import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { type Backend, createBackend, createMemcacheServer, type MemcacheServer } from '../../src/index.ts';
import { splitAt } from './parse-all.ts';
import { ScriptClient } from './script-client.ts';

/** A face in front of two nodes of its own. */
interface Face {
  readonly pool: MemcachePool;
  readonly backend: Backend;
  readonly server: MemcacheServer;
  readonly port: number;
  readonly close: () => Promise<void>;
}

let direct: Face;
let promised: Face;

async function startFace(isDirect: boolean): Promise<Face> {
  const nodes = await Promise.all([startMemcached(), startMemcached()]);
  // By name, so that both faces have a key on the same of their nodes.
  const ring = createRing(nodes.map(({ host, port }, index) => ({ host, port, name: `node-${index}` })));
  const pool = createPool({ ring, flush: 'turn' });
  const classes = [
    { prefix: 'a', maxTtlSeconds: 60 },
    { prefix: 'r', readOnly: true },
  ];
  const backend = createBackend({ pool, classes });
  if (!isDirect) Object.assign(backend, { direct: undefined });
  const server = createMemcacheServer({ backend, maxValueBytes: 3000 });
  const address = await server.listen({ port: 0 });
  const close = async (): Promise<void> => {
    await server.close();
    await pool.close();
    await Promise.all(nodes.map((node) => node.close()));
  };
  return { pool, backend, server, port: 'port' in address ? address.port : 0, close };
}

beforeAll(async () => {
  [direct, promised] = await Promise.all([startFace(true), startFace(false)]);
});
afterAll(() => Promise.all([direct.close(), promised.close()]));

const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'abc', 'x:1', 'x:2', 'x:3', 'y', 'k'.repeat(250)) },
  { weight: 1, arbitrary: fc.constantFrom('r', 'schl\xc3\xbc', 'k'.repeat(251), 'c\x01') },
);
const tail = fc.constantFrom('', '', '', '', '', ' noreply', ' noreply', ' x');
const size = fc.oneof(fc.nat(200), fc.constantFrom(0, 63, 64, 65, 2048, 2049, 3000, 3001));
const end = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n');
const set = fc
  .tuple(key, fc.nat(999), fc.constantFrom('0', '60', '-1', '99999999'), size, tail, end, fc.boolean())
  .map(([name, flags, ttl, length, more, lineEnd, isSound]) => {
    // Digits alone, or no number: memcached pads what it increments in place, and does not where somebody reads it.
    const value =
      length < 20 ? `${flags}`.repeat(20).slice(0, length) : `v${flags}\r\nEND\r\n`.repeat(400).slice(0, length);
    return `set ${name} ${flags} ${ttl} ${length}${more}${lineEnd}${value}${isSound || length > 3000 ? '\r\n' : 'x\r\n'}`;
  });
const get = fc.tuple(key, end).map(([name, lineEnd]) => `get ${name}${lineEnd}`);
const other = fc
  .tuple(fc.constantFrom('delete ', 'mg ', 'get a ', 'incr ', 'touch ', ''), key)
  .map(([verb, name]) =>
    verb === 'incr ' ? `incr ${name} 1\r\n` : verb === 'touch ' ? `touch ${name} 60\r\n` : `${verb}${name}\r\n`,
  );
const script = fc
  .array(fc.oneof({ weight: 4, arbitrary: get }, { weight: 4, arbitrary: set }, { weight: 1, arbitrary: other }), {
    minLength: 10,
    maxLength: 60,
    size: 'max',
  })
  .map((commands) => Buffer.from(`${commands.join('')}quit\r\n`, 'latin1'));

function countsOf({ server }: Face): object {
  const { cmdGet, cmdSet, getHits, getMisses, storeTooLarge, upstreamFailures, bytesWritten } = server.stats;
  return { cmdGet, cmdSet, getHits, getMisses, storeTooLarge, upstreamFailures, bytesWritten };
}

async function converse({ port, pool }: Face, parts: readonly Buffer[]): Promise<string> {
  await pool.flushAll();
  await using client = await ScriptClient.open({ port });
  await client.send(...parts);
  return (await client.readToEnd()).toString('latin1');
}

it('answers and counts by the quick way what it does by the long one, whatever comes and wherever it is cut', async () => {
  const calls = [vi.spyOn(direct.backend.direct!, 'get'), vi.spyOn(direct.backend.direct!, 'set')];
  await fc.assert(
    fc.asyncProperty(script, fc.array(fc.nat(6000), { maxLength: 6 }), async (bytes, places) => {
      const parts = splitAt(
        bytes,
        places.filter((place) => place > 0 && place < bytes.length),
      );
      const [quick, long] = await Promise.all([converse(direct, parts), converse(promised, parts)]);
      expect(quick).toBe(long);
    }),
    { numRuns: 30 },
  );
  const made = calls.map(({ mock }) => mock.results.filter(({ value }) => value === true).length);
  expect(Math.min(...made)).toBeGreaterThan(0);
  expect(countsOf(direct)).toEqual(countsOf(promised));
  expect(direct.backend.stats()).toEqual(promised.backend.stats());
  await Promise.all([direct.backend.idle(), direct.backend.reload({ pool: direct.pool })]);
});
