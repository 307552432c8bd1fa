import { isIPv4, isIPv6, SocketAddress } from 'node:net';

import { CHAR_CODE_AT } from '@lockstep/core';

const charCodeAt = CHAR_CODE_AT;

/** An address as a number of 32 or 128 bits. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is an IPv4 address. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
  /** The one usual spelling: IPv6 as in RFC 5952, without a zone. */
  readonly text: string;
}

const MAPPED_PREFIX = 0xffffn;
const MAX_UINT32 = 0xffff_ffffn;

/** Reads an address without a port, or answers undefined when `text` is none. A zone (`%eth0`) is dropped. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, bits: BigInt(readIpv4(text)), text };
  if (!isIPv6(text)) return undefined;
  const zoneAt = text.indexOf('%');
  const address = zoneAt === -1 ? text : text.slice(0, zoneAt);
  const bits = readIpv6(address);
  if (bits >> 32n === MAPPED_PREFIX) return fromIpv4Bits(bits & MAX_UINT32);
  return { family: 6, bits, text: new SocketAddress({ address, family: 'ipv6' }).address };
}

function fromIpv4Bits(bits: bigint): IpAddress {
  const value = Number(bits);
  return { family: 4, bits, text: [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.') };
}

function readIpv4(text: string): number {
  let value = 0;
  let octet = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? 0x2e : charCodeAt.call(text, index);
    if (code === 0x2e) {
      value = value * 256 + octet;
      octet = 0;
    } else {
      octet = octet * 10 + code - 0x30;
    }
  }
  return value;
}

/** Takes only what `isIPv6` has let through. */
function readIpv6(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const front = readGroups(head);
  const back = tail === undefined ? [] : readGroups(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...zeros, ...back].reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

function readGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const value = readIpv4(group);
    return [value >>> 16, value & 0xffff];
  });
}
