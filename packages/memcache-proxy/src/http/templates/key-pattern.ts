/** The key of a template, in pieces. */
export interface KeyPattern {
  /** As it was written. */
  readonly source: string;
  /** What stands before, between and after the parameters: one more than there are parameters. */
  readonly literals: readonly string[];
  readonly params: readonly string[];
}

/**
 * Takes the key of a template apart.
 *
 * @throws TypeError when it is no key, or two parameters stand so close that two URLs could have one key.
 */
export function parseKeyPattern(source: string): KeyPattern {
  if (!/^[\x21-\x7e]+$/.test(source)) throw new TypeError('the key must be printable ASCII without spaces');
  const pieces = source.split(/\{([A-Za-z_]\w*)\}/);
  const literals = pieces.filter((_piece, index) => index % 2 === 0);
  const params = pieces.filter((_piece, index) => index % 2 === 1);
  const stray = literals.find((literal) => /[{}]/.test(literal));
  if (stray !== undefined) throw new TypeError(`the key has a brace that belongs to no {parameter}: "${stray}"`);
  if (new Set(params).size < params.length) throw new TypeError('the key has a parameter twice');
  literals.slice(1, -1).forEach((literal, index) => {
    if (hasSeparator(literal)) return;
    const names = `{${params[index]!}} and {${params[index + 1]!}}`;
    throw new TypeError(`between ${names} the key needs a character that values cannot have, such as ":"`);
  });
  return { source, literals, params };
}

/**
 * A value as it stands in a key: letters, digits, `-`, `_` and `.` as they are, all else percent-encoded
 * as UTF-8. So no value has a separator in it, and none can reach into the next part of the key or look
 * like the key of another template.
 *
 * @throws URIError when the value has half of a surrogate pair.
 */
export function escapeValue(value: string): string {
  if (/^[\w.-]*$/.test(value)) return value;
  return encodeURIComponent(value).replaceAll(
    /[!~*'()]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The key with these values, which stand in the order of `params`. */
export function fillKey({ literals, params }: KeyPattern, values: ReadonlyMap<string, string>): string {
  let key = literals[0]!;
  params.forEach((name, index) => {
    key += escapeValue(values.get(name) ?? '') + literals[index + 1]!;
  });
  return key;
}

/**
 * True when there is a key that both patterns could make. Separators never stand in values, so the
 * patterns must have the same ones, and each part between them must be possible for both.
 */
export function canCollide(left: KeyPattern, right: KeyPattern): boolean {
  const leftParts = toParts(left);
  const rightParts = toParts(right);
  if (leftParts.separators !== rightParts.separators) return false;
  return leftParts.fields.every((field, index) => overlap(field, rightParts.fields[index]!));
}

/** What stands between two separators: a text, or a parameter with text before and after it. */
interface Field {
  readonly before: string;
  readonly after: string | undefined;
}

/** `%` is one: in values it stands only where they were escaped, so it is not taken as safe here either. */
const SEPARATORS = /[^\w.%-]/g;

function hasSeparator(literal: string): boolean {
  return literal.search(SEPARATORS) >= 0;
}

function toParts({ literals }: KeyPattern): { separators: string; fields: Field[] } {
  // A space, which no key has, stands for a parameter.
  const skeleton = literals.join(' ');
  const separators = (skeleton.match(/[^\w.% -]/g) ?? []).join('');
  const fields = skeleton.split(/[^\w.% -]/).map((text): Field => {
    const [before = '', after] = text.split(' ');
    return { before, after };
  });
  return { separators, fields };
}

function overlap(left: Field, right: Field): boolean {
  if (left.after === undefined && right.after === undefined) return left.before === right.before;
  if (left.after === undefined) return fits(left.before, right);
  if (right.after === undefined) return fits(right.before, left);
  const startsAlike = left.before.startsWith(right.before) || right.before.startsWith(left.before);
  return startsAlike && (left.after.endsWith(right.after) || right.after.endsWith(left.after));
}

function fits(text: string, { before, after = '' }: Field): boolean {
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
