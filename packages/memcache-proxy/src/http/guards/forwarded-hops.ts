import { type IpAddress, parseIpAddress } from './ip-address.ts';

/** The header in which proxies say whom they speak for. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/**
 * The hops that a header names, nearest first; undefined for one that is not an address
 * (`unknown`, `_hidden`, garbage).
 *
 * It reads from the right, and only as far as it is asked to. What stands left was written by those
 * further away: a quote that a client leaves open must not swallow what a proxy appended.
 */
export function* forwardedHops(header: ForwardedHeader, value: string): Generator<IpAddress | undefined> {
  for (const element of partsFromRight(value, ',')) {
    yield header === 'forwarded' ? readForwardedElement(element) : parseHop(element.trim());
  }
}

function* partsFromRight(value: string, separator: ',' | ';'): Generator<string> {
  let end = value.length;
  let isQuoted = false;
  for (let index = value.length - 1; index >= 0; index -= 1) {
    const character = value[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      yield value.slice(index + 1, end);
      end = index;
    }
  }
  yield value.slice(0, end);
}

/** `for=192.0.2.1;proto=http`, as in RFC 7239, section 4. */
function readForwardedElement(element: string): IpAddress | undefined {
  for (const pair of partsFromRight(element, ';')) {
    const match = /^\s*for\s*=\s*(?:"([^"]*)"|([^\s"]+))\s*$/i.exec(pair);
    if (match !== null) return parseHop(match[1] ?? match[2] ?? '');
  }
  return undefined;
}

/** An address, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
function parseHop(text: string): IpAddress | undefined {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed !== null) return parseIpAddress(bracketed[1] ?? '');
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text);
  return parseIpAddress(withPort?.[1] ?? text);
}
