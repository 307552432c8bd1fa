import { MAX_DEPTH } from './yaml-flow.ts';

/** A scalar, whole. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y;
const BLANKS = /[ \t\r\n]*/y;

/**
 * Reads JSON as `JSON.parse` does, but names the line of a mistake and refuses a key that is there twice.
 *
 * @throws SyntaxError that names the line and what is wrong.
 */
export function parseJson(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipBlanks();
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`more than ${MAX_DEPTH} levels are not supported`);
    if (this.#skip('{')) return this.#object(depth);
    if (this.#skip('[')) return this.#array(depth);
    return this.#scalar('a value');
  }

  end(): void {
    if (this.#at < this.#text.length) this.#expected('the end');
  }

  #object(depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    if (this.#skip('}')) return {};
    do {
      if (this.#text[this.#at] !== '"') this.#expected('a key in double quotes');
      const before = this.#at;
      const key = this.#scalar('a key') as string;
      if (entries.has(key)) {
        this.#at = before;
        this.#fail(`the key ${JSON.stringify(key)} is there twice`);
      }
      if (!this.#skip(':')) this.#expected('":"');
      entries.set(key, this.value(depth + 1));
    } while (this.#skip(','));
    if (!this.#skip('}')) this.#expected('"," or "}"');
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    if (this.#skip(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#skip(','));
    if (!this.#skip(']')) this.#expected('"," or "]"');
    return items;
  }

  #scalar(wanted: string): unknown {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0] ?? '';
    if (token === '') this.#expected(wanted);
    let value: unknown;
    try {
      value = JSON.parse(token);
    } catch {
      this.#fail(`not valid JSON: a wrong escape sequence or a line break in ${JSON.stringify(token.slice(0, 20))}`);
    }
    this.#at += token.length;
    this.#skipBlanks();
    return value;
  }

  /** Goes past a mark, where it is the next. */
  #skip(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)![0].length;
  }

  #expected(wanted: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 20).split(/[\r\n]/)[0]!;
    this.#fail(`not valid JSON: expected ${wanted}, found ${rest === '' ? 'the end' : JSON.stringify(rest)}`);
  }

  #fail(problem: string): never {
    const line = this.#text.slice(0, this.#at).split(/\r\n|\r|\n/).length;
    throw new SyntaxError(`line ${line}: ${problem}`);
  }
}
