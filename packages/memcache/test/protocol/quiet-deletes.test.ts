import { expect, it } from 'vitest';

import { more } from '../../src/engine/request.ts';
import { collectQuietDeletes, quietDeletes } from '../../src/protocol/batch.ts';
import { createReply, type ReplyStatus } from '../../src/protocol/reply.ts';

const answer = (count: number, ...statuses: ReplyStatus[]): unknown => {
  const collect = collectQuietDeletes(count);
  return statuses.map((status) => collect({ ...createReply(), status })).at(-1);
};

it('writes quiet deletes and one command behind them', () => {
  expect(quietDeletes(['a', 'AAE= b'])).toBe('md a q\r\nmd AAE= b q\r\nmn\r\n');
});

it('is done with the answer to the last command, whatever was there to delete', () => {
  expect(answer(3, 'MN')).toBeUndefined();
  expect(answer(3, 'NF', 'HD', 'NF', 'MN')).toBeUndefined();
  expect(answer(3, 'NF')).toBe(more);
});

it('rejects with the refusal of any delete, once all are done', () => {
  expect(answer(3, 'NF', 'SERVER_ERROR')).toBe(more);
  expect(() => answer(3, 'SERVER_ERROR', 'MN')).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_SERVER' }));
});

it('takes more answers than deletes, and any other reply, for a stream out of step', () => {
  const protocolError = expect.objectContaining({ code: 'ERR_MEMCACHE_PROTOCOL' });
  expect(() => answer(2, 'NF', 'NF', 'NF')).toThrow(protocolError);
  for (const status of ['EX', 'NS', 'VA', 'END', 'ERROR', 'CLIENT_ERROR'] as const) {
    expect(() => answer(2, status)).toThrow(protocolError);
  }
});
