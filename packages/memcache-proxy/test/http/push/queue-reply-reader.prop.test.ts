import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { QueueReplyReader } from '../../../src/http/push/queue-reply-reader.ts';

const replyOf = (item: Buffer | undefined): Buffer =>
  item === undefined
    ? Buffer.from('END\r\n')
    : Buffer.concat([Buffer.from(`VALUE q 0 ${item.length}\r\n`), item, Buffer.from('\r\nEND\r\n')]);

describe('the reader of queue replies', () => {
  it('reads the same items wherever the stream is cut', () => {
    const item = fc.option(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (items, steps) => {
          const reader = new QueueReplyReader('q', 40);
          for (const expected of items) {
            const bytes = replyOf(expected);
            let found: ReturnType<QueueReplyReader['push']>;
            for (let offset = 0; offset < bytes.length;) {
              expect(found).toBeUndefined();
              const step = steps.next().value;
              found = reader.push(bytes.subarray(offset, offset + step));
              offset += step;
            }
            expect(found).toEqual({ reply: expected });
          }
        },
      ),
    );
  });

  it.each([
    ['ERROR\r\n', 'ERROR'],
    ['CLIENT_ERROR\r\n', 'CLIENT_ERROR'],
    ['SERVER_ERROR out of order\r\n', 'SERVER_ERROR out of order'],
    ['VALUE q/t=1 0 1\r\nx\r\nEND\r\n', 'a value of a cache'],
    ['VALUE q 0 1\r\nxyz\r\nEND\r\n', 'does not end where it should'],
    ['END\r\nEND\r\n', 'bytes after END'],
    ['\u0000'.repeat(600), 'a line without an end'],
  ])('refuses %j', (text, what) => {
    expect(() => new QueueReplyReader('q', 40).push(Buffer.from(text))).toThrow(what);
  });

  it('refuses an item above its bound before it makes room for it', () => {
    const reader = new QueueReplyReader('q', 40);
    expect(() => reader.push(Buffer.from('VALUE q 0 4000000000\r\n'))).toThrow(
      '4000000000 bytes is larger than the 40',
    );
  });
});
