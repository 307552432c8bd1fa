/** Raises the error of one line. */
export type Fail = (problem: string) => never;

/** What is not a collection. */
export type Scalar = string | number | boolean | null;

/** What the first character of a scalar may not be, and what it would begin. */
const REFUSED: Readonly<Record<string, string>> = {
  '&': 'an anchor (&)',
  '*': 'an alias (*)',
  '!': 'a tag (!)',
  '|': 'a block scalar (|)',
  '>': 'a block scalar (>)',
  '%': 'a directive (%)',
  '@': 'the reserved character @',
  '`': 'the reserved character `',
  ',': 'a comma',
  ']': 'a closing bracket',
  '}': 'a closing brace',
};

const CONSTANTS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, -Infinity] as const),
]);

const NUMBER = /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+)$/;

/** What plain text stands for in YAML's core schema: null, a boolean, a number, or itself. */
export function resolvePlain(text: string): Scalar {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  return NUMBER.test(text) ? Number(text) : text;
}

/** The text without the blanks at its end. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

/** Refuses text that no plain scalar may begin with. */
export function checkPlainStart(text: string, fail: Fail): void {
  const first = text.charAt(0);
  if (Object.hasOwn(REFUSED, first)) fail(`${REFUSED[first]} is not supported; text that begins so needs quotes`);
  if (/^[-?:](?:[ \t]|$)/.test(text)) fail(`"${first}" is not possible here; text that begins so needs quotes`);
}

/** Reads the quoted scalar that begins at `start` and says where it ends. It must end on its line. */
export function readQuoted(text: string, start: number, fail: Fail): { readonly value: string; readonly end: number } {
  const quote = text[start];
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote && quote === "'" && text[at + 1] === "'") {
      value += "'";
      at++;
    } else if (char === quote) {
      return { value, end: at + 1 };
    } else if (char === '\\' && quote === '"') {
      const escape = readEscape(text, at + 1, fail);
      value += escape.value;
      at += escape.length;
    } else {
      value += char;
    }
  }
  return fail(`a quote (${quote}) is not closed on its line`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001B',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00A0',
  L: '\u2028',
  P: '\u2029',
};
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(text: string, at: number, fail: Fail): { readonly value: string; readonly length: number } {
  const char = text.charAt(at);
  if (Object.hasOwn(ESCAPES, char)) return { value: ESCAPES[char]!, length: 1 };
  if (!Object.hasOwn(DIGITS, char)) return fail(`"\\${char}" is not an escape sequence`);
  const [digits] = /^[0-9a-fA-F]*/.exec(text.slice(at + 1, at + 1 + DIGITS[char]!))!;
  const code = digits.length === DIGITS[char] ? Number.parseInt(digits, 16) : Infinity;
  if (code > 0x10_ff_ff) return fail(`"\\${char}${digits}" is not the number of a character`);
  return { value: String.fromCodePoint(code), length: 1 + digits.length };
}
