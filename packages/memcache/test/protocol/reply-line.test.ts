import { expect, it } from 'vitest';

import { readLine } from '../../src/protocol/reply-line.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';

function read(line: string, reply: Reply = createReply()): { size: number; reply: Reply } {
  const bytes = Buffer.from(`xx${line}yy`, 'latin1');
  return { size: readLine(bytes, 2, bytes.length - 2, reply), reply };
}

it('reads what memcached 1.6.18 says about leases and stale items', () => {
  expect(read('VA 0 s0 f0 c1 t30 O1 W')).toMatchObject({
    size: 0,
    reply: { status: 'VA', flags: 0, cas: 1n, ttl: 30, opaque: 1, isWon: true, isTaken: false, isStale: false },
  });
  expect(read('VA 3 s3 f0 c5 t-1 O2 Z X')).toMatchObject({
    size: 3,
    reply: { ttl: -1, isWon: false, isTaken: true, isStale: true },
  });
  expect(read('HD Z X')).toMatchObject({ size: -1, reply: { status: 'HD', isTaken: true, isStale: true } });
});

it('reads the line of a text value, with bytes of every kind in its key', () => {
  expect(read('VALUE gr\u00c3\u00bcn 4294967295 12')).toMatchObject({
    size: 12,
    reply: { status: 'VALUE', text: 'gr\u00c3\u00bcn', flags: 4_294_967_295, opaque: -1 },
  });
  expect(read('VALUE VALUE 0 0')).toMatchObject({ size: 0, reply: { text: 'VALUE' } });
});

it('forgets the reply before', () => {
  const reply = createReply();
  read('VA 3 f9 c5 t7 O2 W X Z', reply);
  read('VALUE k 1 1', reply);
  expect(reply).toEqual({ ...createReply(), status: 'VALUE', text: 'k', flags: 1 });
  read('HD', reply);
  expect(reply).toEqual({ ...createReply(), status: 'HD' });
});

it('leaves alone the flags that it does not know', () => {
  const { line, flagsStart, flagsEnd, ...reply } = read('VA 1 kfoo b s1 h0 l5 O3').reply;
  expect({ ...createReply(), ...reply }).toEqual({ ...createReply(), status: 'VA', opaque: 3 });
  expect(line?.toString('latin1', flagsStart, flagsEnd)).toBe('kfoo b s1 h0 l5 O3');
});

it.each([
  'VALUE',
  'VALUE ',
  'VALUE k',
  'VALUE k 0',
  'VALUE k 0 ',
  'VALUE k 0 1 ',
  'VALUE k  1',
  'VALUe k 0 1',
  'VALUES k 0 1',
])('takes %j for no reply', (line) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_PROTOCOL' }));
});
