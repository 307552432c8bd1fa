import type { MetaRequest } from '@lockstep/memcache';

import { brokenKeyRule, MAX_KEY_BYTES } from '../backend/key-rule.ts';
import type { AnswerCommand, MetaCommand } from './command.ts';
import { MAX_LENGTH } from './max-length.ts';
import { type MetaFlags, parseMetaFlags } from './meta-flags.ts';
import { parseInt32 } from './number-token.ts';
import { BAD_FLAG_LINE, BAD_FORMAT_LINE, BINARY_KEY_LINE, ERROR_LINE, LONG_OPAQUE_LINE } from './reply-line.ts';

/** What stands before the value of an `ms`. */
export interface MetaHeader {
  readonly kind: 'meta-header';
  readonly command: MetaCommand;
  readonly length: number;
}

/** A refused `ms` whose value has to be skipped, lest it be read as commands. */
export interface MetaSkip {
  readonly kind: 'skip';
  readonly length: number;
  readonly line: string;
}

type MetaVerb = Exclude<MetaRequest['command'], 'me'>;

/** How many flags memcached 1.6.18 takes, and what it says to more. */
const MAX_FLAGS = 17;
const MANY_FLAGS: Readonly<Record<MetaVerb, string>> = {
  mg: 'CLIENT_ERROR options flags are too long',
  ms: 'CLIENT_ERROR options flags too long',
  md: 'CLIENT_ERROR options flags too long',
  ma: 'CLIENT_ERROR options flags too long',
};
/** The flags that mean something to each command; memcached takes the others and leaves them alone. */
const MEANT: Readonly<Record<MetaVerb, string>> = {
  mg: 'cfhklstuvCNRT',
  ms: 'ckCFIMT',
  md: 'kCIT',
  ma: 'cktvCDJMNT',
};
const MODES: Readonly<Record<MetaVerb, string>> = { mg: '', ms: 'EAPRS', md: '', ma: 'ID+-' };

/** Reads a line that starts with `mg`, `ms`, `md` or `ma`. */
export function parseMeta(
  verb: MetaVerb,
  words: readonly Buffer[],
  takesBinaryKeys: boolean,
): MetaCommand | MetaHeader | MetaSkip | AnswerCommand {
  const [, key] = words;
  if (key === undefined) return answer(ERROR_LINE);
  if (key.length > MAX_KEY_BYTES) return answer(BAD_FORMAT_LINE);
  const isStore = verb === 'ms';
  const flagWords = words.slice(isStore ? 3 : 2);
  if (isStore && words.length < 3) return answer(BAD_FORMAT_LINE);
  if (flagWords.length > (isStore ? MAX_FLAGS - 1 : MAX_FLAGS)) return answer(MANY_FLAGS[verb]);
  const length = isStore ? parseInt32(words[2] as Buffer) : 0;
  if (length === undefined || length < 0 || length > MAX_LENGTH) return answer(BAD_FORMAT_LINE);
  const command = toCommand(verb, key, parseMetaFlags(flagWords, key), takesBinaryKeys);
  if (typeof command === 'string') return isStore ? { kind: 'skip', length, line: command } : answer(command);
  return isStore ? { kind: 'meta-header', command, length } : command;
}

function toCommand(
  verb: MetaVerb,
  sentKey: Buffer,
  flags: MetaFlags | string,
  takesBinaryKeys: boolean,
): MetaCommand | string {
  const isTerse = verb === 'md' || verb === 'ma';
  if (typeof flags === 'string') return isTerse ? BAD_FLAG_LINE : flags;
  const { sent, byLetter, decodedKey, hasLongOpaque } = flags;
  const mode = byLetter.get('M');
  if (mode !== undefined && MODES[verb] !== '' && !MODES[verb].includes(mode)) {
    return `CLIENT_ERROR invalid mode for ${verb} M token`;
  }
  if (hasLongOpaque) return LONG_OPAQUE_LINE;
  const key = Buffer.from(decodedKey ?? sentKey);
  if (brokenKeyRule(key) !== undefined) {
    if (decodedKey === undefined) return BAD_FORMAT_LINE;
    if (!takesBinaryKeys) return BINARY_KEY_LINE;
  }
  const meant = [...byLetter].filter(([letter]) => MEANT[verb].includes(letter));
  const request: MetaRequest = {
    command: verb,
    key,
    flags: meant.map(([letter, token]) => letter + token),
    isBase64: decodedKey !== undefined,
  };
  return {
    kind: 'meta',
    key,
    request,
    // memcached writes a key in base64 anew.
    sentKey: decodedKey === undefined ? sentKey.toString('latin1') : decodedKey.toString('base64'),
    sentFlags: sent,
    isQuiet: byLetter.has('q'),
    isWrite: verb !== 'mg' || byLetter.has('T') || byLetter.has('N') || byLetter.has('R'),
  };
}

/** Reads a line that starts with `me`: of what follows the key, memcached 1.6.18 looks at a `b` in the first place alone. */
export function parseMetaDebug(words: readonly Buffer[], takesBinaryKeys: boolean): MetaCommand | AnswerCommand {
  const [, sentKey, second] = words;
  if (sentKey === undefined || sentKey.length > MAX_KEY_BYTES) return answer(BAD_FORMAT_LINE);
  const flags = second?.[0] === 0x62 ? parseMetaFlags([second], sentKey) : undefined;
  if (typeof flags === 'string') return answer(BAD_FORMAT_LINE);
  const key = Buffer.from(flags?.decodedKey ?? sentKey);
  // Nobody can have stored it here.
  if (brokenKeyRule(key) !== undefined && (flags === undefined || !takesBinaryKeys)) return answer('EN');
  return {
    kind: 'meta',
    key,
    request: { command: 'me', key, flags: [], isBase64: flags !== undefined },
    sentKey: sentKey.toString('latin1'),
    sentFlags: [],
    isQuiet: false,
    isWrite: false,
  };
}

function answer(line: string): AnswerCommand {
  return { kind: 'answer', line };
}
