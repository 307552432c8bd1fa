/**
 * Whether an `Accept-Encoding` header takes the coding. Without the header only `identity` is taken:
 * RFC 9110 would allow any coding then, but clients that leave it out cannot decode. Source: section 12.5.3.
 */
export function acceptsEncoding(header: string | undefined, coding: string): boolean {
  if (header === undefined) return false;
  let wildcard = false;
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.split(';');
    const token = name.trim().toLowerCase();
    if (token !== coding && token !== '*' && token !== `x-${coding}`) continue;
    const isTaken = qualityOf(parameters) > 0;
    if (token !== '*') return isTaken;
    wildcard = isTaken;
  }
  return wildcard;
}

function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const match = /^\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*$/i.exec(parameter);
    if (match !== null) return Number(match[1]);
  }
  return 1;
}
