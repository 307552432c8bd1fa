import { describe, expect, it } from 'vitest';

import { parseAddressRange } from '../../../src/http/guards/address-range.ts';
import { parseIpAddress } from '../../../src/http/guards/ip-address.ts';

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
    ['::1', '::1'],
  ])('%s is %s', (text, usual) => {
    expect(parseIpAddress(text)?.text).toBe(usual);
  });

  it.each(['', 'localhost', '192.0.2', '192.0.2.256', '010.0.0.1', '192.0.2.1:80', '[::1]', '1::2::3', '0x7f.1'])(
    '%j is none',
    (text) => {
      expect(parseIpAddress(text)).toBe(undefined);
    },
  );
});

describe('a range', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.0.0.1', '10.0.0.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
  ])('%s is %s', (text, usual) => {
    expect(parseAddressRange(text).text).toBe(usual);
  });

  it.each([
    ['10.0.0.0/33', 'the prefix length of "10.0.0.0/33" must be a whole number from 0 to 32'],
    ['10.0.0.0/', 'the prefix length of "10.0.0.0/" must be'],
    ['10.0.0.0/-1', 'the prefix length of "10.0.0.0/-1" must be'],
    ['::ffff:10.0.0.0/8', 'from 96 to 128'],
    ['::/129', 'from 0 to 128'],
    ['10.0.0.1/8', '"10.0.0.1/8" has bits outside of its prefix of 8'],
    ['office', '"office" is no IPv4 or IPv6 address or CIDR range'],
    ['', '"" is no IPv4 or IPv6 address'],
  ])('%j is refused', (text, message) => {
    expect(() => parseAddressRange(text)).toThrow(message);
  });
});
