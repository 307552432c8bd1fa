import { parseJson } from './parse-json.ts';
import { keyOf, MAX_DEPTH, readFlow } from './yaml-flow.ts';
import { checkPlainStart, type Fail, readQuoted, resolvePlain, trimBlanks } from './yaml-scalar.ts';

/**
 * Reads the part of YAML that configuration files are made of: maps and sequences by indentation, also `- key: value`;
 * plain, single- and double-quoted scalars with the types of YAML's core schema; `[…]` and `{…}` on one line; comments;
 * `---` at the start. Everything else (anchors, aliases, tags, block scalars, tabs as indentation, what goes on over
 * several lines, several documents, a key that is there twice) is refused by name. Text that begins with `{` or `[` is
 * read as JSON. An empty text is null.
 *
 * @throws SyntaxError that names the line and what is wrong.
 */
export function parseYaml(text: string): unknown {
  const content = text.replace(/^\uFEFF/, '');
  if (/^[ \t\r\n]*[[{]/.test(content)) return parseJson(content);
  return new BlockReader(readLines(content)).document();
}

/** A line that is not empty. */
interface Line {
  readonly number: number;
  readonly indent: number;
  /** What follows the indentation, down to the last character that is not blank. */
  readonly text: string;
}

function failAt(line: Pick<Line, 'number'>): Fail {
  return (problem) => {
    throw new SyntaxError(`line ${line.number}: ${problem}`);
  };
}

function readLines(content: string): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const indent = /^ */.exec(raw)![0].length;
    const text = trimBlanks(raw.slice(indent));
    const line = { number: index + 1, indent, text };
    if (/[^\P{Cc}\t\u0085]/u.test(text)) failAt(line)('a control character is not allowed');
    if (/^[ \t]*(?:#|$)/.test(text)) continue;
    if (text.startsWith('\t')) failAt(line)('a tab in the indentation: use spaces');
    lines.push(line);
  }
  return lines;
}

/** A key, and what follows its colon. */
interface Entry {
  readonly key: string;
  readonly rest: string;
}

/** Goes down the lines; each method begins at the line that its collection begins with, and ends behind it. */
class BlockReader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  document(): unknown {
    const first = this.#lines[0];
    if (first !== undefined && /^---(?:[ \t]|$)/.test(first.text) && first.indent === 0) {
      if (!/^---[ \t]*(?:#.*)?$/.test(first.text)) failAt(first)('text on the line of "---" is not supported');
      this.#at++;
    }
    const line = this.#line();
    if (line === undefined) return null;
    const value = this.#block(line.indent, 0);
    const left = this.#line();
    if (left !== undefined)
      failAt(left)('this line is indented less than the first one, or follows a value that is complete');
    return value;
  }

  #line(): Line | undefined {
    const line = this.#lines[this.#at];
    if (line?.indent === 0 && /^(?:---|\.\.\.)(?:[ \t]|$)/.test(line.text)) {
      failAt(line)('several documents in one file are not supported');
    }
    return line;
  }

  #block(indent: number, depth: number): unknown {
    const line = this.#line()!;
    if (depth > MAX_DEPTH) failAt(line)(`more than ${MAX_DEPTH} levels are not supported`);
    if (isItem(line)) return this.#sequence(indent, depth);
    if (readEntry(line) !== undefined) return this.#map(indent, depth);
    this.#at++;
    return this.#inline(line, line.text, indent - 1);
  }

  #sequence(indent: number, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.#line(); line !== undefined && line.indent === indent && isItem(line); line = this.#line()) {
      const [before] = /^-[ \t]*/.exec(line.text)!;
      const rest = line.text.slice(before.length);
      const item = { number: line.number, indent: indent + before.length, text: rest };
      if (rest === '' || rest.startsWith('#')) {
        this.#at++;
        items.push(this.#nested(indent, depth, false));
      } else if (isItem(item) || readEntry(item) !== undefined) {
        if (before.includes('\t')) failAt(line)('a tab in the indentation: use spaces');
        // The rest of the line is the first line of a collection of its own.
        this.#lines[this.#at] = item;
        items.push(this.#block(item.indent, depth + 1));
      } else {
        this.#at++;
        items.push(this.#inline(line, rest, indent));
      }
    }
    this.#checkIndent(indent);
    return items;
  }

  #map(indent: number, depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (let line = this.#line(); line !== undefined && line.indent === indent; line = this.#line()) {
      const entry = isItem(line) ? undefined : readEntry(line);
      if (entry === undefined) return failAt(line)('a line "key: value" is expected here');
      const { key, rest } = entry;
      if (entries.has(key)) failAt(line)(`the key ${JSON.stringify(key)} is there twice`);
      this.#at++;
      const empty = rest === '' || rest.startsWith('#');
      entries.set(key, empty ? this.#nested(indent, depth, true) : this.#inline(line, rest, indent));
    }
    this.#checkIndent(indent);
    return Object.fromEntries(entries);
  }

  /** The value on the lines below a key or a dash; null where there is none. */
  #nested(indent: number, depth: number, ofKey: boolean): unknown {
    const line = this.#line();
    if (line === undefined || line.indent < indent) return null;
    if (line.indent > indent) return this.#block(line.indent, depth + 1);
    return ofKey && isItem(line) ? this.#sequence(indent, depth + 1) : null;
  }

  /** A value that ends on the line of `line`. */
  #inline(line: Line, text: string, indent: number): unknown {
    const fail = failAt(line);
    const value = readInline(text, fail);
    const following = this.#line();
    if (following !== undefined && following.indent > indent) {
      failAt(following)(
        `this line is indented, but line ${line.number} has its value already; values end on their line`,
      );
    }
    return value;
  }

  /** Refuses a line that is indented deeper than the collection that ends before it. */
  #checkIndent(indent: number): void {
    const line = this.#line();
    if (line !== undefined && line.indent > indent) failAt(line)('the indentation fits no line above');
  }
}

function isItem({ text }: Line): boolean {
  return /^-(?:[ \t]|$)/.test(text);
}

/** The key that a line begins with, if it does. */
function readEntry(line: Line): Entry | undefined {
  const { text } = line;
  const fail = failAt(line);
  if (/^\?(?:[ \t]|$)/.test(text)) fail('a key after "?" is not supported');
  if (/^["']/.test(text)) {
    const { value, end } = readQuoted(text, 0, fail);
    const colon = /^[ \t]*:(?:[ \t]+|$)/.exec(text.slice(end));
    return colon === null ? undefined : { key: value, rest: text.slice(end + colon[0].length) };
  }
  if (/^[[{]/.test(text)) return undefined;
  const colon = /:(?:[ \t]|$)/.exec(withoutComment(text));
  if (colon === null) return undefined;
  const key = trimBlanks(text.slice(0, colon.index));
  checkPlainStart(key === '' ? text : key, fail);
  return { key: keyOf(key, false, fail), rest: text.slice(colon.index + 1).replace(/^[ \t]+/, '') };
}

function readInline(text: string, fail: Fail): unknown {
  const quoted = /^["']/.test(text);
  if (!quoted && !/^[[{]/.test(text)) {
    const plain = withoutComment(text);
    checkPlainStart(plain, fail);
    if (/:(?:[ \t]|$)/.test(plain)) fail('": " inside a value: put the value in quotes, or the map on its own lines');
    return resolvePlain(plain);
  }
  const { value, end } = quoted ? readQuoted(text, 0, fail) : readFlow(text, fail);
  if (!/^[ \t]*(?:$|(?<=[ \t])#)/.test(text.slice(end))) {
    fail(`${JSON.stringify(text.slice(end).trim())} follows a value that is complete: put the whole in quotes`);
  }
  return value;
}

function withoutComment(text: string): string {
  const comment = /(?:^|[ \t])#/.exec(text);
  return comment === null ? text : trimBlanks(text.slice(0, comment.index));
}
