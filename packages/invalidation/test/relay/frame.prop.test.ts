import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createFrameReader, encodeFrame } from '../../src/relay/frame.ts';

describe('createFrameReader', () => {
  it('reads what was written, however the bytes are cut', () => {
    const message = fc.record({ t: fc.string({ unit: 'grapheme' }), k: fc.array(fc.string()) });
    fc.assert(
      fc.property(fc.array(message), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (messages, sizes) => {
        const bytes = Buffer.concat(messages.map(encodeFrame));
        const reader = createFrameReader();
        const read: object[] = [];
        for (let at = 0; at < bytes.length;) {
          const { value: size } = sizes.next();
          read.push(...reader.read(bytes.subarray(at, at + (size as number))));
          at += size as number;
        }
        expect(read).toEqual(messages);
      }),
    );
  });

  it('refuses a frame that is too large before it holds it, and one that is no JSON object', () => {
    const frame = encodeFrame({ t: 'x'.repeat(100) });
    expect(() => createFrameReader(50).read(frame.subarray(0, 4))).toThrow('sent a frame of 108 bytes');
    const broken = Buffer.from('\0\0\0\x02{]');
    expect(() => createFrameReader().read(broken)).toThrow('sent a frame that is no JSON');
    expect(() => createFrameReader().read(Buffer.from('\0\0\0\x04null'))).toThrow('sent a frame that is no object');
  });

  it('takes no message that the other side would refuse', () => {
    const keys = Array.from({ length: 17 }, () => 'x'.repeat(1024 * 1024));
    expect(() => encodeFrame({ keys })).toThrow('must stay below 16777216 bytes');
  });
});
