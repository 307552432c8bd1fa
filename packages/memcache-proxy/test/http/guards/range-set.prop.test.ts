import { BlockList } from 'node:net';

import { array, assert, double, ipV4, ipV6, nat, oneof, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseAddressRange } from '../../../src/http/guards/address-range.ts';
import { type IpAddress, parseIpAddress } from '../../../src/http/guards/ip-address.ts';
import { createRangeSet } from '../../../src/http/guards/range-set.ts';

const address = oneof(ipV4(), ipV6());
// Few bits differ, so that ranges and addresses meet.
const near = oneof(
  tuple(nat(3), nat(255)).map(([c, d]) => `10.0.${c}.${d}`),
  tuple(nat(3), nat(0xffff)).map(([c, d]) => `2001:db8:${c}::${d.toString(16)}`),
);

const parse = (text: string): IpAddress => parseIpAddress(text)!;

function rangeAround(
  text: string,
  share: number,
): { readonly text: string; readonly prefix: number; readonly base: string } {
  const { family, bits } = parse(text);
  const width = family === 4 ? 32 : 128;
  const prefix = Math.round(share * width);
  const shift = BigInt(width - prefix);
  const base = format(family, (bits >> shift) << shift);
  return { text: `${base}/${prefix}`, prefix, base };
}

function format(family: 4 | 6, bits: bigint): string {
  const [count, width] = family === 4 ? [4, 8n] : [8, 16n];
  const parts = Array.from(
    { length: count },
    (_, index) => (bits >> (BigInt(count - 1 - index) * width)) & ((1n << width) - 1n),
  );
  return family === 4 ? parts.join('.') : parts.map((part) => part.toString(16)).join(':');
}

describe('addresses', () => {
  it('are read as node:net reads them, in one spelling', () => {
    assert(
      property(address, (text) => {
        const parsed = parse(text);
        expect(parse(parsed.text)).toEqual(parsed);
        expect(parse(format(parsed.family, parsed.bits)).bits).toBe(parsed.bits);
      }),
    );
  });

  it('are undefined for any other text', () => {
    assert(
      property(string(), (text) => {
        expect(parseIpAddress(`x${text}`)).toBe(undefined);
      }),
    );
  });
});

describe('a set of ranges', () => {
  it('holds the addresses that a BlockList of node:net blocks', () => {
    const ranges = array(tuple(near, double({ min: 0.5, max: 1, noNaN: true })), { maxLength: 20 });
    assert(
      property(ranges, array(near, { maxLength: 20 }), (inputs, asked) => {
        const blocked = new BlockList();
        const all = inputs.map(([text, share]) => rangeAround(text, share));
        for (const { base, prefix } of all) blocked.addSubnet(base, prefix, base.includes(':') ? 'ipv6' : 'ipv4');
        const set = createRangeSet(all.map(({ text }) => ({ range: parseAddressRange(text), untilMs: Infinity })));
        for (const text of asked) {
          const family = text.includes(':') ? 'ipv6' : 'ipv4';
          expect(set.has(parse(text), 0)).toBe(blocked.check(text, family));
        }
      }),
    );
  });

  it('forgets a range when its time is over, and keeps the longer of two', () => {
    const range = parseAddressRange('192.0.2.0/24');
    const set = createRangeSet([
      { range, untilMs: 2000 },
      { range, untilMs: 1000 },
    ]);
    expect([0, 1999, 2000].map((now) => set.has(parse('192.0.2.9'), now))).toEqual([true, true, false]);
  });
});
