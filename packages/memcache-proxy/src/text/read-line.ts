import { brokenKeyRule } from '../backend/key-rule.ts';
import type { ReadCommand } from './command.ts';

/** How many keys of one `get` are read at a time. */
const KEYS_PER_PART = 64;

/** The line of a `get`, `gets`, `gat` or `gats`, handed out in parts so that a long one cannot ask for everything at once. */
export class ReadLine {
  readonly #line: Buffer;
  readonly #verb: ReadVerb;
  readonly #ttlSeconds: number | undefined;
  #at: number;

  constructor(line: Buffer, verb: ReadVerb, keysStart: number, ttlSeconds: number | undefined) {
    this.#line = line;
    this.#verb = verb;
    this.#at = keysStart;
    this.#ttlSeconds = ttlSeconds;
  }

  /** True when every key is one that memcached takes; looks at all of them, because one bad key fails the whole line. */
  static hasValidKeys(line: Buffer, keysStart: number): boolean {
    let at = keysStart;
    for (let span = nextWord(line, at); span !== undefined; span = nextWord(line, at)) {
      if (brokenKeyRule(line.subarray(span.start, span.end)) !== undefined) return false;
      at = span.end;
    }
    return true;
  }

  /** The next part, of `maxKeys` keys at most; nothing follows the one that says so. */
  next(maxKeys: number): ReadCommand {
    const most = Math.min(maxKeys, KEYS_PER_PART);
    const keys: Buffer[] = [];
    let span = nextWord(this.#line, this.#at);
    while (span !== undefined && keys.length < most) {
      keys.push(this.#line.subarray(span.start, span.end));
      this.#at = span.end;
      span = nextWord(this.#line, this.#at);
    }
    const withCas = this.#verb === 'gets' || this.#verb === 'gats';
    return { kind: 'read', keys, withCas, ttlSeconds: this.#ttlSeconds, isLast: span === undefined };
  }
}

/** The verbs that read. */
export type ReadVerb = 'get' | 'gets' | 'gat' | 'gats';

const VERBS: Readonly<Record<string, ReadVerb>> = { get: 'get', bget: 'get', gets: 'gets', gat: 'gat', gats: 'gats' };

/** The verb of a line that reads, and where its words start. */
export function matchRead(line: Buffer): { readonly verb: ReadVerb; readonly wordsStart: number } | undefined {
  const span = nextWord(line, 0);
  if (span === undefined || span.end - span.start > 4) return undefined;
  const verb = VERBS[line.toString('latin1', span.start, span.end)];
  return verb === undefined ? undefined : { verb, wordsStart: span.end };
}

/** Where the next word lies at or after `from`. */
export function nextWord(line: Buffer, from: number): { readonly start: number; readonly end: number } | undefined {
  let start = from;
  while (line[start] === 0x20) start += 1;
  if (start >= line.length) return undefined;
  const space = line.indexOf(0x20, start);
  return { start, end: space === -1 ? line.length : space };
}
