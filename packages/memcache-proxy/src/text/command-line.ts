import { brokenKeyRule, MAX_KEY_BYTES } from '../backend/key-rule.ts';
import type { AnswerCommand, Command, StoreVerb } from './command.ts';
import { MAX_LENGTH } from './max-length.ts';
import { type MetaHeader, type MetaSkip, parseMeta, parseMetaDebug } from './meta-line.ts';
import { parseInt32, parseUint32, parseUint64 } from './number-token.ts';
import {
  BAD_DELETE_LINE,
  BAD_DELTA_LINE,
  BAD_EXPTIME_LINE,
  BAD_FORMAT_LINE,
  ERROR_LINE,
  NO_FLUSH_LINE,
  NO_SHUTDOWN_LINE,
} from './reply-line.ts';

/** What the server says of itself and takes. */
export interface LineRules {
  /** What `version` answers. */
  readonly version: string;
  readonly flushAll: 'refuse' | 'allow';
  /** Whether keys in base64 may stand for bytes that the text protocol cannot hold. */
  readonly metaKeys: 'text' | 'binary';
}

/** What stands before a value: the command is complete only with the bytes that follow. */
export interface StoreHeader {
  readonly kind: 'header';
  readonly verb: StoreVerb;
  readonly key: Buffer;
  readonly flags: number;
  readonly ttlSeconds: number;
  readonly cas: bigint;
  readonly length: number;
  readonly noreply: boolean;
}

/** What one line other than a `get` says. */
export type LineMeaning = Command | StoreHeader | MetaHeader | MetaSkip;

/** Reads one line without its line end, for every command but those that read many keys. */
export function parseLine(line: Buffer, { version, flushAll, metaKeys }: LineRules): LineMeaning {
  const words = splitWords(line);
  const verb = words[0]?.toString('latin1') ?? '';
  switch (verb) {
    case 'set':
    case 'add':
    case 'replace':
    case 'append':
    case 'prepend':
      return parseStore(verb, words, 5);
    case 'cas':
      return parseStore(verb, words, 6);
    case 'mg':
    case 'ms':
    case 'md':
    case 'ma':
      return parseMeta(verb, words, metaKeys === 'binary');
    case 'mn':
      return answer('MN');
    case 'me':
      return parseMetaDebug(words, metaKeys === 'binary');
    case 'delete':
      return parseDelete(words);
    case 'touch':
      return parseTouch(words);
    case 'incr':
    case 'decr':
      return parseCount(verb, words);
    case 'flush_all':
      return parseFlush(words, flushAll);
    case 'stats':
      return { kind: 'stats', words: words.slice(1).map((word) => word.toString('latin1')) };
    case 'verbosity':
      return parseVerbosity(words);
    case 'shutdown':
      return answer(NO_SHUTDOWN_LINE);
    case 'version':
      return answer(`VERSION ${version}`);
    case 'quit':
      return { kind: 'close' };
    default:
      return answer(ERROR_LINE);
  }
}

/** The words of a line; only the space separates them. */
function splitWords(line: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let start = 0; start < line.length;) {
    const space = line.indexOf(0x20, start);
    const end = space === -1 ? line.length : space;
    if (end > start) words.push(line.subarray(start, end));
    start = end + 1;
  }
  return words;
}

function parseStore(verb: StoreVerb, words: Buffer[], count: 5 | 6): LineMeaning {
  if (words.length !== count && words.length !== count + 1) return answer(ERROR_LINE);
  const noreply = isQuiet(words);
  const [, key, flagsWord, ttlWord, lengthWord, casWord] = words as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer?];
  const flags = parseUint32(flagsWord);
  const ttlSeconds = parseInt32(ttlWord);
  const length = parseInt32(lengthWord);
  const cas = count === 6 && casWord !== undefined ? parseUint64(casWord) : 0n;
  const isKeyLong = key.length > MAX_KEY_BYTES;
  if (isKeyLong || flags === undefined || ttlSeconds === undefined || length === undefined || cas === undefined) {
    return answer(BAD_FORMAT_LINE, noreply);
  }
  if (length < 0 || length > MAX_LENGTH) return answer(BAD_FORMAT_LINE, noreply);
  // memcached takes such a key, and so the client will send the value.
  if (brokenKeyRule(key) !== undefined) return { kind: 'skip', length, line: noreply ? '' : BAD_FORMAT_LINE };
  return { kind: 'header', verb, key: Buffer.from(key), flags, ttlSeconds, cas, length, noreply };
}

function parseFlush(words: Buffer[], flushAll: LineRules['flushAll']): LineMeaning {
  if (words.length > 3) return answer(ERROR_LINE);
  const noreply = isQuiet(words);
  const hasDelay = words.length === (noreply ? 3 : 2) || (words.length === 3 && !noreply);
  const delaySeconds = hasDelay ? parseInt32(words[1] as Buffer) : 0;
  if (flushAll === 'refuse') return answer(NO_FLUSH_LINE, noreply);
  if (delaySeconds === undefined) return answer(BAD_EXPTIME_LINE, noreply);
  return { kind: 'flush', delaySeconds: Math.max(0, delaySeconds), noreply };
}

function parseDelete(words: Buffer[]): LineMeaning {
  if (words.length < 2 || words.length > 4) return answer(ERROR_LINE);
  const noreply = words.length > 2 && isQuiet(words);
  const [, key, time] = words as [Buffer, Buffer, Buffer?];
  const hasZero = time?.toString('latin1') === '0';
  const isValid =
    words.length === 2 || (words.length === 3 && (hasZero || noreply)) || (words.length === 4 && hasZero && noreply);
  if (!isValid) return answer(BAD_DELETE_LINE, noreply);
  if (brokenKeyRule(key) !== undefined) return answer(BAD_FORMAT_LINE, noreply);
  return { kind: 'delete', key: Buffer.from(key), noreply };
}

function parseTouch(words: Buffer[]): LineMeaning {
  if (words.length !== 3 && words.length !== 4) return answer(ERROR_LINE);
  const noreply = isQuiet(words);
  const [, key, ttlWord] = words as [Buffer, Buffer, Buffer];
  if (brokenKeyRule(key) !== undefined) return answer(BAD_FORMAT_LINE, noreply);
  const ttlSeconds = parseInt32(ttlWord);
  if (ttlSeconds === undefined) return answer(BAD_EXPTIME_LINE, noreply);
  return { kind: 'touch', key: Buffer.from(key), ttlSeconds, noreply };
}

function parseCount(verb: 'incr' | 'decr', words: Buffer[]): LineMeaning {
  if (words.length !== 3 && words.length !== 4) return answer(ERROR_LINE);
  const noreply = isQuiet(words);
  const [, key, deltaWord] = words as [Buffer, Buffer, Buffer];
  if (brokenKeyRule(key) !== undefined) return answer(BAD_FORMAT_LINE, noreply);
  const delta = parseUint64(deltaWord);
  if (delta === undefined) return answer(BAD_DELTA_LINE, noreply);
  return { kind: 'count', verb, key: Buffer.from(key), delta, noreply };
}

/** The level is checked and has no effect: the proxy's log is not the client's business. */
function parseVerbosity(words: Buffer[]): LineMeaning {
  if (words.length !== 2 && words.length !== 3) return answer(ERROR_LINE);
  const level = parseUint32(words[1] as Buffer);
  return answer(level === undefined ? BAD_FORMAT_LINE : 'OK', isQuiet(words));
}

function isQuiet(words: Buffer[]): boolean {
  return words.at(-1)?.toString('latin1') === 'noreply';
}

function answer(line: string, noreply = false): AnswerCommand {
  return { kind: 'answer', line: noreply ? '' : line };
}
