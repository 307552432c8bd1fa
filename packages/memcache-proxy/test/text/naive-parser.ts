const READS = new Set(['get', 'gets', 'bget', 'gat', 'gats']);
const STORES = new Set(['set', 'add', 'replace', 'append', 'prepend', 'cas']);
const KEYED = new Set(['delete', 'touch', 'incr', 'decr', 'mg', 'md', 'ma']);

/**
 * Every key that a memcached could take a client to name, one character per byte: a second reading of the protocol
 * that is slow, sees the whole input at once, and goes by the rules for where a value ends and nothing else.
 */
export function namedKeys(input: Buffer, maxValueBytes: number): Set<string> {
  const text = input.toString('latin1');
  const keys = new Set<string>();
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end === -1) return keys;
    const words = text.slice(at, end).replace(/\r$/, '').split(' ').filter(Boolean);
    at = end + 1;
    const [verb = '', key = ''] = words;
    if (READS.has(verb)) for (const word of words.slice(1)) keys.add(word);
    if (KEYED.has(verb)) addMeta(keys, key, words.slice(2));
    // Of what follows the key, a `b` counts in the first place alone.
    if (verb === 'me') addMeta(keys, key, words.slice(2, 3));
    if (verb === 'quit') return keys;
    const length = valueLength(verb, words);
    if (length === undefined) continue;
    const isWhole = text.slice(at + length, at + length + 2) === '\r\n';
    at += length + 2;
    if (!isWhole && length <= maxValueBytes) continue;
    if (verb === 'ms') addMeta(keys, key, words.slice(3));
    else keys.add(key);
  }
}

function addMeta(keys: Set<string>, key: string, flags: readonly string[]): void {
  const isBase64 = flags.some((flag) => flag.startsWith('b'));
  keys.add(isBase64 ? Buffer.from(key, 'base64').toString('latin1') : key);
}

/** How long the value is that follows a line, or undefined when the next line follows. */
function valueLength(verb: string, words: readonly string[]): number | undefined {
  const isMeta = verb === 'ms';
  if (!isMeta && !STORES.has(verb)) return undefined;
  const [, key = '', ...rest] = words;
  if (key.length > 250) return undefined;
  const count = verb === 'cas' ? 6 : 5;
  if (!isMeta && words.length !== count && words.length !== count + 1) return undefined;
  if (isMeta && (words.length < 3 || rest.length > 17)) return undefined;
  const lengthWord = isMeta ? rest[0]! : rest[2]!;
  const signed = isMeta ? [lengthWord] : [rest[1]!, lengthWord];
  const unsigned = isMeta ? [] : verb === 'cas' ? [rest[0]!, rest[3]!] : [rest[0]!];
  if (!signed.every((word) => /^[+-]?\d+$/.test(word) && fits(word, 2n ** 63n - 1n))) return undefined;
  if (!unsigned.every((word) => /^(?:\+?\d+|-0+)$/.test(word) && fits(word, 2n ** 64n - 1n))) return undefined;
  const length = Number(BigInt.asIntN(32, BigInt(lengthWord.replace('+', ''))));
  return length < 0 || length > 2 ** 31 - 3 ? undefined : length;
}

function fits(word: string, most: bigint): boolean {
  return BigInt(word.replace(/^[+-]/, '')) <= most;
}
