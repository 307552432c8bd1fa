import { brokenKeyRule } from '../backend/key-rule.ts';
import type { ReadCommand } from './command.ts';

/** How many keys of one `get` are read at a time. */
const KEYS_PER_PART = 32;

/** A `get` or `gets` line, handed out in parts so that a long one cannot ask for everything at once. */
export class ReadLine {
  readonly #line: Buffer;
  readonly #withCas: boolean;
  #at: number;

  constructor(line: Buffer, withCas: boolean, keysStart: number) {
    this.#line = line;
    this.#withCas = withCas;
    this.#at = keysStart;
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

  /** The next part; nothing follows the one that says so. */
  next(): ReadCommand {
    const keys: Buffer[] = [];
    let span = nextWord(this.#line, this.#at);
    while (span !== undefined && keys.length < KEYS_PER_PART) {
      keys.push(this.#line.subarray(span.start, span.end));
      this.#at = span.end;
      span = nextWord(this.#line, this.#at);
    }
    return { kind: 'read', keys, withCas: this.#withCas, isLast: span === undefined };
  }
}

/** The verb of a line that starts with `get` or `gets`, and where its keys start. */
export function matchRead(line: Buffer): { readonly withCas: boolean; readonly keysStart: number } | undefined {
  const span = nextWord(line, 0);
  if (span === undefined || span.end - span.start > 4) return undefined;
  const verb = line.toString('latin1', span.start, span.end);
  return verb === 'get' || verb === 'gets' ? { withCas: verb === 'gets', keysStart: span.end } : undefined;
}

/** Whether any key follows. */
export function hasWord(line: Buffer, from: number): boolean {
  return nextWord(line, from) !== undefined;
}

function nextWord(line: Buffer, from: number): { readonly start: number; readonly end: number } | undefined {
  let start = from;
  while (line[start] === 0x20) start += 1;
  if (start >= line.length) return undefined;
  const space = line.indexOf(0x20, start);
  return { start, end: space === -1 ? line.length : space };
}
