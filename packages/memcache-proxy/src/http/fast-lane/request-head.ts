/** The longest head that is read here, in bytes; node:http takes the longer ones. */
export const MAX_HEAD_BYTES = 2048;

/** A read of one value, asked for in the plainest way. */
export interface PlainRead {
  /** Stored as it is: none of its bytes is encoded in the URL. */
  readonly key: string;
  readonly authorization: string | undefined;
  /** Length of the head. The request has no body. */
  readonly headBytes: number;
}

/** Letters, digits and marks that neither a URL, a router nor memcached gives a meaning to. */
const KEY = String.raw`[\w.:@!$*+,=-]{1,250}`;
/** No part of it can match what the next one can: a head of blanks would be tried in every way to cut it in two. */
const FIELD = /([\w-]{1,64}):([\t\x20-\x7e]*)\r\n/y;
const HOST = /^[\w.:[\]-]+$/;

/** Fields that change nothing about the answer to such a read. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'baggage',
  'cookie',
  'dnt',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
]);

/** Whether a path has only letters that mean themselves, so that it can be compared as it is. */
export function isPlainPath(path: string): boolean {
  return /^(?:\/[\w.-]+)+$/.test(path);
}

/** Matches the request line of a plain read; `path` is what stands before the slash and the key. */
export function requestLineOf(path: string): RegExp {
  return new RegExp(String.raw`GET ${path.replaceAll('.', String.raw`\.`)}/(${KEY}) HTTP/1\.1\r\n`, 'y');
}

/**
 * Reads the heads of one connection, as far as they are in a small part of what HTTP allows: `GET` of a key without a
 * query, HTTP/1.1, one Host, lines that end in CR LF, and fields of a short list. Whatever else it is, valid or not, it
 * answers undefined: who calls it then asks a real parser. Source: RFC 9112.
 */
export class HeadReader {
  readonly #line: RegExp;
  readonly #maxBytes: number;
  /** What stood behind the request line before, down to the empty line: clients send the same again and again. */
  #known = '';
  #authorization: string | undefined;

  /** `line` is of `requestLineOf`, and may serve all connections. */
  constructor(line: RegExp, maxBytes: number = MAX_HEAD_BYTES) {
    this.#line = line;
    this.#maxBytes = Math.min(maxBytes, MAX_HEAD_BYTES);
  }

  /** The request that the bytes begin with; undefined when it is none of those, or not wholly there. */
  read(bytes: Buffer): PlainRead | undefined {
    const text = bytes.toString('latin1', 0, Math.min(bytes.length, this.#maxBytes));
    const line = this.#line;
    line.lastIndex = 0;
    const key = line.exec(text)?.[1];
    if (key === undefined) return undefined;
    const start = line.lastIndex;
    if (this.#known === '' || !text.startsWith(this.#known, start)) {
      const end = this.#readFields(text, start);
      if (end === undefined) return undefined;
      // A string of its own: a part of `text` would keep all of it.
      this.#known = bytes.toString('latin1', start, end);
    }
    return { key, authorization: this.#authorization, headBytes: start + this.#known.length };
  }

  /** The end of the head; undefined when it is not of the plain kind, with nothing remembered. */
  #readFields(text: string, start: number): number | undefined {
    const seen = new Set<string>();
    let authorization: string | undefined;
    let at = start;
    while (!text.startsWith('\r\n', at)) {
      FIELD.lastIndex = at;
      const [, name = '', rest = ''] = FIELD.exec(text) ?? [];
      const field = name.toLowerCase();
      const value = rest.trimStart();
      if (name === '' || !isPlainField(field, value)) return undefined;
      // Of what is sent twice it depends on the field which one counts.
      if (seen.has(field)) return undefined;
      seen.add(field);
      if (field === 'authorization') authorization = value.trimEnd();
      at = FIELD.lastIndex;
    }
    if (!seen.has('host')) return undefined;
    this.#authorization = authorization;
    return at + 2;
  }
}

function isPlainField(field: string, value: string): boolean {
  if (field === 'host') return HOST.test(value);
  if (field === 'connection') return /^keep-alive$/i.test(value);
  return field === 'authorization' || WITHOUT_EFFECT.has(field);
}
