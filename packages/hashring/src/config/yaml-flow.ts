import { checkPlainStart, type Fail, readQuoted, resolvePlain, trimBlanks } from './yaml-scalar.ts';

interface Cursor {
  readonly text: string;
  at: number;
  readonly fail: Fail;
}

/** Reads the flow sequence or map that `text` begins with, and says where it ends. It must end on its line. */
export function readFlow(text: string, fail: Fail): { readonly value: unknown; readonly end: number } {
  const cursor: Cursor = { text, at: 0, fail };
  const value = readValue(cursor, 0);
  return { value, end: cursor.at };
}

/** How deep collections may lie in each other. */
export const MAX_DEPTH = 64;

function readValue(cursor: Cursor, depth: number): unknown {
  const { text, at, fail } = cursor;
  if (depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} levels are not supported`);
  if (text[at] === '[') return readSequence(cursor, depth);
  if (text[at] === '{') return readMap(cursor, depth);
  const { value, quoted } = readScalar(cursor);
  return quoted ? value : resolvePlain(value);
}

function readSequence(cursor: Cursor, depth: number): unknown[] {
  const items: unknown[] = [];
  for (cursor.at++; next(cursor, ']'); separate(cursor, ']')) {
    items.push(readValue(cursor, depth + 1));
    skipBlanks(cursor);
    if (cursor.text[cursor.at] === ':') cursor.fail('a pair inside [ ] is not supported: write {key: value}');
  }
  cursor.at++;
  return items;
}

function readMap(cursor: Cursor, depth: number): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (cursor.at++; next(cursor, '}'); separate(cursor, '}')) {
    if (/[[{]/.test(cursor.text[cursor.at]!)) cursor.fail('a collection as a key is not supported');
    const key = readScalar(cursor);
    const name = keyOf(key.value, key.quoted, cursor.fail);
    if (entries.has(name)) cursor.fail(`the key ${JSON.stringify(name)} is there twice`);
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== ':') cursor.fail(`": " and a value are missing after ${JSON.stringify(name)}`);
    cursor.at++;
    skipBlanks(cursor);
    entries.set(name, /[,}]/.test(cursor.text.charAt(cursor.at)) ? null : readValue(cursor, depth + 1));
  }
  cursor.at++;
  return Object.fromEntries(entries);
}

/** The text of a key. Keys that are not text in YAML would have another name in JavaScript. */
export function keyOf(text: string, quoted: boolean, fail: Fail): string {
  const value = quoted ? text : resolvePlain(text);
  if (value === null || String(value) !== text) fail(`the key ${JSON.stringify(text)} is not text: put it in quotes`);
  return text;
}

function readScalar(cursor: Cursor): { readonly value: string; readonly quoted: boolean } {
  const { text, at, fail } = cursor;
  if (text[at] === '"' || text[at] === "'") {
    const { value, end } = readQuoted(text, at, fail);
    cursor.at = end;
    return { value, quoted: true };
  }
  let end = at;
  while (end < text.length && !endsPlain(text, end)) end++;
  const value = trimBlanks(text.slice(at, end));
  checkPlainStart(value === '' ? text.slice(at) : value, fail);
  cursor.at = end;
  return { value, quoted: false };
}

/** Whether a plain scalar stops before `text[at]`. */
function endsPlain(text: string, at: number): boolean {
  const char = text[at]!;
  if (/[,[\]{}]/.test(char)) return true;
  if (char === ':') return /^(?:[ \t,[\]{}]|$)/.test(text.charAt(at + 1));
  return char === '#' && /[ \t]/.test(text.charAt(at - 1));
}

/** Whether one more item follows; if not, the cursor is on `closing`. */
function next(cursor: Cursor, closing: string): boolean {
  skipBlanks(cursor);
  if (cursor.at >= cursor.text.length || cursor.text[cursor.at] === '#') unclosed(cursor, closing);
  return cursor.text[cursor.at] !== closing;
}

function separate(cursor: Cursor, closing: string): void {
  skipBlanks(cursor);
  const char = cursor.text[cursor.at];
  if (char === closing) return;
  if (char === undefined || char === '#') unclosed(cursor, closing);
  if (char !== ',')
    cursor.fail(`a comma or ${closing} is missing before ${JSON.stringify(cursor.text.slice(cursor.at))}`);
  cursor.at++;
}

function unclosed({ fail }: Cursor, closing: string): never {
  return fail(`${closing} is missing: a list or map in brackets must end on its line`);
}

function skipBlanks(cursor: Cursor): void {
  while (/[ \t]/.test(cursor.text.charAt(cursor.at))) cursor.at++;
}
