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
/** What was parsed last: most values of a view say the same. */
let lastJson = '-';
let lastRest: Rest = NO_REST;

/** The longest line that is looked for. A hundred tags of a hundred characters fit. */
export const maxHeaderBytes: number = 16_384;

/** Writes `epoch freshUntil` and then this, with the line feed that ends the header. */
export function restOfHeader(header: Omit<ValueHeader, 'epoch' | 'freshUntil'>): string {
  const { ttlMs, form, tagEpoch, tagSequence, tags, key } = header;
  const more = tags.length === 0 && key === undefined ? '-' : JSON.stringify({ t: tags, k: key });
  return ` ${Math.ceil(ttlMs)} ${form} ${tagEpoch}:${tagSequence} ${more}\n`;
}

/** The header of a value; undefined for what no cache has written. */
export function parseHeader(text: string): ParsedHeader | undefined {
  const end = text.indexOf('\n');
  if (end < 0 || end > maxHeaderBytes) return undefined;
  // By hand: an expression for the whole line takes a tenth of the time of a read.
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
  if (freshUntil < 0 || ttlMs < 0 || tagSequence < 0) return undefined;
  const rest = restAt(text, afterTag + 1, end);
  if (rest === undefined) return undefined;
  return {
    epoch: text.slice(0, afterEpoch),
    freshUntil,
    ttlMs,
    form: text.slice(afterTtl + 1, afterForm),
    tagEpoch: text.slice(afterForm + 1, colon),
    tagSequence,
    tags: rest.tags,
    key: rest.key,
    length: end + 1,
  };
}

/** A number of 1 to 15 digits, or -1. */
function digits(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1;
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function restAt(text: string, from: number, to: number): Rest | undefined {
  if (lastJson.length === to - from && text.startsWith(lastJson, from)) return lastRest;
  const json = text.slice(from, to);
  const rest = json === '-' ? NO_REST : parseRest(json);
  if (rest !== undefined) {
    lastJson = json;
    lastRest = rest;
  }
  return rest;
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
