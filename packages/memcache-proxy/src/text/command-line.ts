import { brokenKeyRule } from '../backend/key-rule.ts';
import type { AnswerCommand, Command, StoreVerb } from './command.ts';
import { parseInt32, parseUint32, parseUint64 } from './number-token.ts';
import {
  BAD_DELETE_LINE,
  BAD_DELTA_LINE,
  BAD_EXPTIME_LINE,
  BAD_FORMAT_LINE,
  ERROR_LINE,
  NOT_CARRIED_LINE,
} from './reply-line.ts';

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

/** A refused command whose value has to be skipped, lest it be read as commands. */
export interface SkipHeader {
  readonly kind: 'skip';
  readonly length: number;
  readonly line: string;
}

/** What one line other than a `get` says. */
export type LineMeaning = Command | StoreHeader | SkipHeader;

/** The longest value that memcached can be told of: its length and the line end fit in 32 signed bits. */
const MAX_LENGTH = 2 ** 31 - 1 - 2;

/** Reads one line without its line end, for every command but `get` and `gets`. */
export function parseLine(line: Buffer, version: string): LineMeaning {
  const words = splitWords(line);
  const verb = words[0]?.toString('latin1') ?? '';
  switch (verb) {
    case 'set':
    case 'add':
    case 'replace':
      return parseStore(verb, words, 5);
    case 'cas':
      return parseStore(verb, words, 6);
    case 'append':
    case 'prepend':
      return skipValue(words[4], isQuiet(words));
    case 'ms':
      return skipValue(words[2], false);
    case 'delete':
      return parseDelete(words);
    case 'touch':
      return parseTouch(words);
    case 'incr':
    case 'decr':
      return parseCount(verb, words);
    case 'verbosity':
      return parseVerbosity(words);
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
  const isKeyBad = brokenKeyRule(key) !== undefined;
  if (isKeyBad || flags === undefined || ttlSeconds === undefined || length === undefined || cas === undefined) {
    return answer(BAD_FORMAT_LINE, noreply);
  }
  if (length < 0 || length > MAX_LENGTH) return answer(BAD_FORMAT_LINE, noreply);
  return { kind: 'header', verb, key: Buffer.from(key), flags, ttlSeconds, cas, length, noreply };
}

function skipValue(lengthWord: Buffer | undefined, noreply: boolean): LineMeaning {
  const length = lengthWord === undefined ? undefined : parseInt32(lengthWord);
  if (length === undefined || length < 0 || length > MAX_LENGTH) return answer(ERROR_LINE, noreply);
  return { kind: 'skip', length, line: noreply ? '' : NOT_CARRIED_LINE };
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
