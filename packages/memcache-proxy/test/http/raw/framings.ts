import * as fc from 'fast-check';

/** Requests for this key stand in bodies and behind doubtful lengths only: nobody may act on them. */
export const canary = 'canary';

/** Ways to ask for the canary, with header lines such as a token. */
export function canaries(headers = ''): string[] {
  const rest = ` HTTP/1.1\r\nhost: x\r\n${headers}`;
  return [
    `GET /v1/cache/canary${rest}\r\n`,
    `DELETE /v1/cache/canary${rest}\r\n`,
    `PUT /v1/cache/canary${rest}content-length: 1\r\n\r\nx`,
    `DELETE /v1/nodes/canary${rest}\r\n`,
    `GET /v1/stream/canary${rest}\r\n`,
    `PUT /v1/admin/bans/192.0.2.66${rest}content-length: 0\r\n\r\n`,
    'get canary\r\nset canary 0 0 1\r\nx\r\nmd canary\r\n',
  ];
}

/** Several of them, and what could end a body between them. */
export function smuggled(headers = ''): fc.Arbitrary<string> {
  const part = fc.oneof(
    fc.constantFrom(...canaries(headers)),
    fc.constantFrom('', '\r\n', '0\r\n\r\n', '\0', '}', '\n'),
  );
  return fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
}

/** Framings that say where the body ends, and those that say so twice or wrongly: the rest of them is nothing to act on. */
export const framings: Readonly<Record<string, (text: string) => string>> = {
  length: (text) => `content-length: ${text.length}\r\n\r\n${text}`,
  chunks: (text) => `transfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  'length and chunks': (text) => `content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${text}`,
  'chunks and length': (text) => `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${text}`,
  'two lengths': (text) => `content-length: 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  'a list of lengths': (text) => `content-length: 0, ${text.length}\r\n\r\n${text}`,
  'a signed length': (text) => `content-length: +0\r\n\r\n${text}`,
  'a hexadecimal length': (text) => `content-length: 0x0\r\n\r\n${text}`,
  'a space before the colon': (text) => `content-length : 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  'an unknown coding': (text) => `transfer-encoding: xchunked\r\ncontent-length: 0\r\n\r\n${text}`,
  'chunks that are not last': (text) => `transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${text}`,
  'a folded coding': (text) => `transfer-encoding:\r\n chunked\r\ncontent-length: 0\r\n\r\n${text}`,
  'a bare CR': (text) => `x: y\rcontent-length: 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
};
