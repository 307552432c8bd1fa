import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from 'vitest';

import { type AddressOptions, createClientAddressReader } from '../../../src/http/guards/client-address.ts';

const PROXY = '10.0.0.1';
const trustProxy = ['10.0.0.0/8', 'fd00::/8'];

function read(
  options: AddressOptions,
  peer: string | undefined,
  headers: Record<string, string> = {},
): string | undefined {
  const request = { headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage;
  return createClientAddressReader(options).read(request)?.text;
}

describe('without trusted proxies', () => {
  it('is the address of the connection, whatever the headers say', () => {
    const headers = { 'x-forwarded-for': '192.0.2.66', forwarded: 'for=192.0.2.66' };
    expect(read({}, '203.0.113.5', headers)).toBe('203.0.113.5');
    expect(read({}, '::ffff:203.0.113.5', headers)).toBe('203.0.113.5');
  });

  it('is none on a Unix socket', () => {
    expect(read({}, undefined, { 'x-forwarded-for': '192.0.2.66' })).toBe(undefined);
  });
});

describe('behind proxies', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7', 'the only hop'],
    ['192.0.2.66, 198.51.100.7', '198.51.100.7', 'what the client wrote itself stands left'],
    ['10.9.9.9, 198.51.100.7', '198.51.100.7', 'a client that names a proxy'],
    ['198.51.100.7, 10.0.0.2', '198.51.100.7', 'two proxies'],
    ['192.0.2.66, 198.51.100.7, 10.0.0.3, 10.0.0.2', '198.51.100.7', 'three proxies and a lie'],
    ['10.0.0.3, 10.0.0.2', '10.0.0.3', 'a client inside'],
    ['198.51.100.7:50123', '198.51.100.7', 'a port'],
    ['[2001:db8::7]:443', '2001:db8::7', 'IPv6 with a port'],
    ['2001:DB8:0::7', '2001:db8::7', 'IPv6'],
    ['::ffff:198.51.100.7', '198.51.100.7', 'IPv4 inside IPv6'],
    ['192.0.2.66, unknown', PROXY, 'a hop without an address: the proxy that reported it'],
    ['192.0.2.66,', PROXY, 'an empty hop'],
    ['192.0.2.66, 198.51.100.7, "', PROXY, 'garbage'],
    ['', PROXY, 'an empty header'],
  ])('X-Forwarded-For: %s is %s (%s)', (value, client) => {
    expect(read({ trustProxy }, PROXY, { 'x-forwarded-for': value })).toBe(client);
  });

  it('does not read the header of a peer that is not trusted', () => {
    expect(read({ trustProxy }, '203.0.113.5', { 'x-forwarded-for': '10.0.0.1' })).toBe('203.0.113.5');
  });

  it('reads only the header that the proxies write', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=192.0.2.66' };
    expect(read({ trustProxy }, PROXY, headers)).toBe('198.51.100.7');
    expect(read({ trustProxy, header: 'forwarded' }, PROXY, headers)).toBe('192.0.2.66');
  });

  it('trusts a Unix socket only when told to', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    expect(read({ trustProxy: ['unix'] }, undefined, headers)).toBe('198.51.100.7');
    expect(read({ trustProxy }, undefined, headers)).toBe(undefined);
  });

  it.each([
    ['for=198.51.100.7;proto=https;by=10.0.0.1', '198.51.100.7'],
    ['for=192.0.2.66, for=198.51.100.7', '198.51.100.7'],
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['For="198.51.100.7:80"', '198.51.100.7'],
    ['for="192.0.2.66, for=198.51.100.7', '198.51.100.7'],
    ['for="x, y", for=198.51.100.7', '198.51.100.7'],
    ['for=198.51.100.7;ext="a, b"', '198.51.100.7'],
    ['for=198.51.100.7;host="x;for=192.0.2.66;y"', '198.51.100.7'],
    ['host="x;for=192.0.2.66;y";for=198.51.100.7', '198.51.100.7'],
    ['for=192.0.2.66, for=_hidden', PROXY],
    ['for=192.0.2.66, proto=http', PROXY],
  ])('Forwarded: %s is %s', (value, client) => {
    expect(read({ trustProxy, header: 'forwarded' }, PROXY, { forwarded: value })).toBe(client);
  });

  it('refuses a proxy that is no range', () => {
    expect(() => createClientAddressReader({ trustProxy: ['loopback'] })).toThrow(
      '"loopback" is no IPv4 or IPv6 address',
    );
  });
});
