/** Which bytes of a body are asked for: `end` is behind the last one. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The single range that a `Range` header asks for. `all` when it is to be passed over: another unit,
 * several ranges, or no range at all. `none` when no byte of the body is in it. Source: RFC 9110, section 14.
 */
export function parseByteRange(header: string, length: number): ByteRange | 'all' | 'none' {
  const match = /^bytes\s*=\s*(\d{0,15})-(\d{0,15})$/i.exec(header.trim());
  if (match === null) return 'all';
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return 'all';
    const count = Number(last);
    return count === 0 || length === 0 ? 'none' : { start: Math.max(0, length - count), end: length };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'all';
  if (start >= length) return 'none';
  return { start, end: last === '' ? length : Math.min(length, Number(last) + 1) };
}
