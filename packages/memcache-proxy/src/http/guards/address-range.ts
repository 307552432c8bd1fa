import { type IpAddress, parseIpAddress } from './ip-address.ts';

/** A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export interface AddressRange {
  readonly family: 4 | 6;
  /** How many leading bits an address must share with `network`. */
  readonly prefixBits: number;
  readonly network: bigint;
  /** The one usual spelling; always with a prefix length. */
  readonly text: string;
}

/**
 * Reads an address, or a range in CIDR notation.
 *
 * @throws RangeError that names the text and what is wrong with it.
 */
export function parseAddressRange(text: string): AddressRange {
  const slashAt = text.indexOf('/');
  const base = slashAt === -1 ? text : text.slice(0, slashAt);
  const address = parseIpAddress(base);
  if (address === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is no IPv4 or IPv6 address or CIDR range, such as "192.0.2.0/24"`);
  }
  const width = widthOf(address.family);
  // A range that was written as IPv6 around an IPv4 address counts its prefix from the IPv6 start.
  const offset = address.family === 4 && base.includes(':') ? 96 : 0;
  const prefixText = slashAt === -1 ? String(width + offset) : text.slice(slashAt + 1);
  const prefixBits = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) - offset : Number.NaN;
  if (!(prefixBits >= 0 && prefixBits <= width)) {
    throw new RangeError(
      `the prefix length of ${JSON.stringify(text)} must be a whole number from ${offset} to ${width + offset}`,
    );
  }
  const network = networkOf(address, prefixBits);
  if (network !== address.bits) {
    throw new RangeError(
      `${JSON.stringify(text)} has bits outside of its prefix of ${prefixText}: write the first address of the range`,
    );
  }
  return { family: address.family, prefixBits, network, text: `${address.text}/${prefixBits}` };
}

/** The first `prefixBits` bits of an address, the others 0. */
export function networkOf(address: IpAddress, prefixBits: number): bigint {
  const shift = BigInt(widthOf(address.family) - prefixBits);
  return (address.bits >> shift) << shift;
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
