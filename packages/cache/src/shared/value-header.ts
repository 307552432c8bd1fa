import { CHAR_CODE_AT } from '@lockstep/core';

const charCodeAt = CHAR_CODE_AT;
/** What a shared value says of itself: one line of ASCII before the payload, but for tags and keys. */
export interface ValueHeader {
  /** The epoch of its shard under which it was filled. */
  readonly epoch: string;
  /** Until when it is fresh, in ms of the clock that the tier goes by. */
  readonly freshUntil: number;
  readonly ttlMs: number;
  readonly form: string;
  readonly tagEpoch: string;
  readonly tagSequence: number;
  readonly tags: readonly string[];
  /** Where the key of the server is a digest: the key itself. */
  readonly key: string | undefined;
}

/** A header and where the payload behind it begins. */
export interface ParsedHeader extends ValueHeader {
  readonly length: number;
}

type Rest = Pick<ValueHeader, 'tags' | 'key'>;
const NO_REST: Rest = { tags: Object.freeze([]), key: undefined };

/** The parts of a header that most values of a view have in common. */
interface Known extends Rest, Pick<ValueHeader, 'epoch' | 'ttlMs' | 'form' | 'tagEpoch'> {
  /** Before the moment, between that and the number, and from there to the end of the line. */
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
}

/** Those of the views that were read last. */
const known: Known[] = [];
const MAX_KNOWN = 4;
let nextKnown = 0;

/** The longest line that is looked for. A hundred tags of a hundred characters fit. */
export const maxHeaderBytes: number = 16_384;

/** What comes before the rest: an epoch of 20 characters, a moment of 15 digits and the space between them. */
const MAX_START_BYTES = 36;
const MAX_REST_BYTES = maxHeaderBytes - MAX_START_BYTES;

/** Whether a header with this rest is found again when it is read. */
export function isFindable(rest: string): boolean {
  return rest.length * 3 <= MAX_REST_BYTES || Buffer.byteLength(rest) <= MAX_REST_BYTES;
}

/** Writes `epoch freshUntil` and then this, with the line feed that ends the header. */
export function restOfHeader(header: Omit<ValueHeader, 'epoch' | 'freshUntil'>): string {
  const { ttlMs, form, tagEpoch, tagSequence, tags, key } = header;
  const more = tags.length === 0 && key === undefined ? '-' : JSON.stringify({ t: tags, k: key });
  return ` ${Math.ceil(ttlMs)} ${form} ${tagEpoch}:${tagSequence} ${more}\n`;
}

/** The header of a value; undefined for what no cache has written. */
export function parseHeader(text: string): ParsedHeader | undefined {
  for (const of of known) {
    const header = parseKnown(text, of);
    if (header !== undefined) return header;
  }
  return parseAny(text);
}

/** What makes up most of a line is compared, and not parsed again. */
function parseKnown(text: string, of: Known): ParsedHeader | undefined {
  if (!text.startsWith(of.head)) return undefined;
  const afterFresh = text.indexOf(' ', of.head.length);
  if (!text.startsWith(of.middle, afterFresh)) return undefined;
  const sequenceAt = afterFresh + of.middle.length;
  const afterTag = text.indexOf(' ', sequenceAt);
  if (!text.startsWith(of.tail, afterTag)) return undefined;
  const freshUntil = digits(text, of.head.length, afterFresh);
  const tagSequence = digits(text, sequenceAt, afterTag);
  if (freshUntil < 0 || tagSequence < 0) return undefined;
  const { epoch, ttlMs, form, tagEpoch, tags, key } = of;
  return { epoch, freshUntil, ttlMs, form, tagEpoch, tagSequence, tags, key, length: afterTag + of.tail.length };
}

function parseAny(text: string): ParsedHeader | undefined {
  const end = text.indexOf('\n');
  if (end < 0 || end > maxHeaderBytes) return undefined;
  const afterEpoch = text.indexOf(' ');
  const afterFresh = text.indexOf(' ', afterEpoch + 1);
  const afterTtl = text.indexOf(' ', afterFresh + 1);
  const afterForm = text.indexOf(' ', afterTtl + 1);
  const colon = text.indexOf(':', afterForm + 1);
  const afterTag = text.indexOf(' ', colon + 1);
  const isInOrder =
    afterEpoch > 0 &&
    afterFresh > afterEpoch &&
    afterTtl > afterFresh &&
    afterForm > afterTtl + 1 &&
    colon > afterForm &&
    afterTag > colon &&
    afterTag < end;
  if (!isInOrder) return undefined;
  const freshUntil = digits(text, afterEpoch + 1, afterFresh);
  const ttlMs = digits(text, afterFresh + 1, afterTtl);
  const tagSequence = digits(text, colon + 1, afterTag);
  const json = text.slice(afterTag + 1, end);
  const rest = json === '-' ? NO_REST : parseRest(json);
  if (freshUntil < 0 || ttlMs < 0 || tagSequence < 0 || rest === undefined) return undefined;
  const epoch = text.slice(0, afterEpoch);
  const form = text.slice(afterTtl + 1, afterForm);
  const tagEpoch = text.slice(afterForm + 1, colon);
  known[nextKnown] = {
    epoch: ownCopy(epoch),
    ttlMs,
    form: ownCopy(form),
    tagEpoch: ownCopy(tagEpoch),
    tags: rest.tags,
    key: rest.key,
    head: ownCopy(`${epoch} `),
    middle: ownCopy(text.slice(afterFresh, colon + 1)),
    tail: ownCopy(`${text.slice(afterTag, end)}\n`),
  };
  nextKnown = (nextKnown + 1) % MAX_KNOWN;
  return { epoch, freshUntil, ttlMs, form, tagEpoch, tagSequence, tags: rest.tags, key: rest.key, length: end + 1 };
}

/** A part of a text that does not keep all of it in memory. */
function ownCopy(part: string): string {
  return Buffer.from(part).toString();
}

/** A number of 1 to 15 digits, or -1. */
function digits(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1;
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = charCodeAt.call(text, index) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function parseRest(json: string): Rest | undefined {
  try {
    const { t: tags, k: key } = JSON.parse(json) as { t?: unknown; k?: unknown };
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) return undefined;
    if (key !== undefined && typeof key !== 'string') return undefined;
    return { tags: Object.freeze(tags), key };
  } catch {
    return undefined;
  }
}
