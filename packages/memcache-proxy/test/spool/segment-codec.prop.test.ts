import {
  array,
  assert,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeSegment, encodeFrame, SEGMENT_HEADER } from '../../src/spool/segment-codec.ts';
import type { SpoolEntry } from '../../src/spool/spool-entry.ts';

const reaches = option(constantFrom('everywhere' as const, 'owner' as const), { nil: undefined });

const plain = record({
  pool: string({ minLength: 1, maxLength: 20 }),
  // Bytes of the marker among them, so that keys look like the beginning of an entry.
  key: array(oneof(integer({ min: 0x21, max: 0x7e }), constantFrom(0xd5, 0x0c, 0xf7, 0x1e)), {
    minLength: 1,
    maxLength: 250,
  }).map((bytes) => Buffer.from(bytes)),
  failedAt: nat(2 ** 45),
});

const entries: Arbitrary<SpoolEntry> = tuple(plain, reaches).map(([entry, reach]) =>
  reach === undefined ? entry : { ...entry, reach },
);

function segmentOf(all: readonly SpoolEntry[]): Buffer {
  return Buffer.concat([SEGMENT_HEADER, ...all.map(encodeFrame)]);
}

function entriesOf(bytes: Buffer): SpoolEntry[] {
  return decodeSegment(bytes).frames.map(({ entry }) => entry);
}

describe('a segment', () => {
  it('gives back what went in', () => {
    assert(
      property(array(entries), (all) => {
        expect(decodeSegment(segmentOf(all))).toMatchObject({ damaged: 0, tornBytes: 0 });
        expect(entriesOf(segmentOf(all))).toEqual(all);
      }),
    );
  });

  it('that was cut anywhere has every entry before the cut, and says how much was cut', () => {
    assert(
      property(array(entries, { maxLength: 5 }), nat(), (all, at) => {
        const bytes = segmentOf(all);
        const cut = bytes.subarray(0, at % (bytes.length + 1));
        const ends = all.map((_, index) => segmentOf(all.slice(0, index + 1)).length);
        const whole = ends.filter((end) => end <= cut.length);
        expect(entriesOf(cut)).toEqual(all.slice(0, whole.length));
        expect(decodeSegment(cut)).toMatchObject({
          damaged: 0,
          tornBytes: Math.max(0, cut.length - (whole.at(-1) ?? SEGMENT_HEADER.length)),
        });
      }),
    );
  });

  it('with a changed bit loses that entry alone, and never makes another one of it', () => {
    assert(
      property(array(entries, { minLength: 1, maxLength: 5 }), nat(), nat(7), (all, at, bit) => {
        const bytes = segmentOf(all);
        const place = SEGMENT_HEADER.length + (at % (bytes.length - SEGMENT_HEADER.length));
        bytes[place]! ^= 1 << bit;
        const hit = all.findIndex((_, index) => segmentOf(all.slice(0, index + 1)).length > place);
        const content = decodeSegment(bytes);
        expect(entriesOf(bytes)).toEqual(all.filter((_, index) => index !== hit));
        expect(content.damaged + Math.sign(content.tornBytes)).toBe(1);
      }),
    );
  });
});
