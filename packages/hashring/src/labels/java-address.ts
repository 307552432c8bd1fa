import { isIP, isIPv6 } from 'node:net';

/**
 * An IP address as Java prints it: an IPv6 address has its eight numbers, without leading zeros and without `::`, and one
 * that only wraps an IPv4 address is that one. Undefined for a name.
 */
export function javaAddress(host: string): string | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (isIP(bare) === 0) return undefined;
  if (!isIPv6(bare)) return bare;
  const [address = '', zone] = bare.split('%');
  const groups = parseGroups(address);
  const wraps = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (wraps) return dotted(groups[6]!, groups[7]!);
  return groups.map((group) => group.toString(16)).join(':') + (zone === undefined ? '' : `%${zone}`);
}

function parseGroups(address: string): number[] {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter(Boolean).flatMap(parseGroup));
  if (tail === undefined) return head;
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** Two numbers where the group is an IPv4 address. */
function parseGroup(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
