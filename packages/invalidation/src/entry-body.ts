/** What an entry of the log says. */
export interface EntryBody {
  /** Keys that are text. */
  readonly keys: string[];
  /** Keys in bytes that are not UTF-8. */
  readonly binaryKeys: Buffer[];
  readonly tags: string[];
  /** The whole namespace was cleared. */
  readonly isClear: boolean;
  readonly origin: string | undefined;
  readonly traceId: string | undefined;
  /** Somebody waits until every follower with a lease has passed it. */
  readonly isAwaited: boolean;
}

/** The short names of the members, of which absent ones are left out. */
interface WireBody {
  k?: string[];
  x?: string[];
  t?: string[];
  c?: 1;
  o?: string;
  i?: string;
  a?: 1;
}

/** Writes a body. */
export function encodeBody(body: EntryBody): string {
  const wire: WireBody = {};
  if (body.keys.length > 0) wire.k = body.keys;
  if (body.binaryKeys.length > 0) wire.x = body.binaryKeys.map((key) => key.toString('base64'));
  if (body.tags.length > 0) wire.t = body.tags;
  if (body.isClear) wire.c = 1;
  if (body.origin !== undefined) wire.o = body.origin;
  if (body.traceId !== undefined) wire.i = body.traceId;
  if (body.isAwaited) wire.a = 1;
  return JSON.stringify(wire);
}

/**
 * Reads a body.
 *
 * @throws SyntaxError or TypeError when `text` is not one.
 */
export function decodeBody(text: string): EntryBody {
  const wire = JSON.parse(text) as WireBody;
  return {
    keys: textsOf(wire.k),
    binaryKeys: wire.x === undefined ? [] : textsOf(wire.x).map((key) => Buffer.from(key, 'base64')),
    tags: textsOf(wire.t),
    isClear: wire.c === 1,
    origin: wire.o,
    traceId: wire.i,
    isAwaited: wire.a === 1,
  };
}

function textsOf(texts: string[] | undefined): string[] {
  if (texts === undefined) return [];
  if (!Array.isArray(texts)) throw new TypeError('an entry of the invalidation log must hold lists');
  return texts;
}
