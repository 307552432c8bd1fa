import { parseInt32, parseUint64 } from './number-token.ts';
import {
  BAD_BASE64_LINE,
  BAD_FORMAT_LINE,
  BAD_INITIAL_LINE,
  BAD_META_DELTA_LINE,
  BAD_MODE_LENGTH_LINE,
  BAD_TOKEN_LINE,
  DUPLICATE_FLAG_LINE,
  INVALID_FLAG_LINE,
} from './reply-line.ts';

/** What the flags of a meta command say. */
export interface MetaFlags {
  /** As they were sent. */
  readonly sent: readonly string[];
  /** By their letters, with their tokens; numbers in the form in which memcached understands them. */
  readonly byLetter: ReadonlyMap<string, string>;
  /** The key that a `b` stands before. */
  readonly decodedKey: Buffer | undefined;
  /** Whether the opaque is longer than memcached takes, which it says when there is nothing else to say. */
  readonly hasLongOpaque: boolean;
}

const PLAIN = 'ILOPbcfhklqstuv';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_OPAQUE_BYTES = 32;

/**
 * Reads flags as memcached 1.6.18 does for every meta command alike.
 *
 * @returns the error line when it refuses them: the first flag that it does not know or has seen, or else
 * the last whose token is wrong.
 */
export function parseMetaFlags(words: readonly Buffer[], key: Buffer): MetaFlags | string {
  const sent: string[] = [];
  const byLetter = new Map<string, string>();
  let decodedKey: Buffer | undefined;
  let hasLongOpaque = false;
  let failure: string | undefined;
  for (const word of words) {
    const letter = String.fromCharCode(word[0] as number);
    if ((word[0] as number) >= 0x7f || byLetter.has(letter)) return DUPLICATE_FLAG_LINE;
    sent.push(word.toString('latin1'));
    const token = word.subarray(1);
    let text: string | undefined = '';
    if (PLAIN.includes(letter)) {
      if (letter === 'O') hasLongOpaque = word.length > MAX_OPAQUE_BYTES;
      if (letter === 'b') {
        const base64 = key.toString('latin1');
        if (BASE64.test(base64)) decodedKey = Buffer.from(base64, 'base64');
        else failure = BAD_BASE64_LINE;
      }
    } else {
      const reader = TOKENS[letter];
      if (reader === undefined) return INVALID_FLAG_LINE;
      text = reader.read(token);
      // Of bad client flags it says so only when there is nothing else to say.
      if (text === undefined) failure = letter === 'F' ? (failure ?? reader.failure) : reader.failure;
    }
    byLetter.set(letter, text ?? '');
  }
  return failure ?? { sent, byLetter, decodedKey, hasLongOpaque };
}

interface TokenReader {
  readonly read: (token: Buffer) => string | undefined;
  readonly failure: string;
}

const readSigned = (token: Buffer): string | undefined => parseInt32(token)?.toString();
const readUnsigned = (token: Buffer): string | undefined => parseUint64(token)?.toString();
const readMode = (token: Buffer): string | undefined => (token.length === 1 ? token.toString('latin1') : undefined);

const TOKENS: Readonly<Record<string, TokenReader>> = {
  N: { read: readSigned, failure: BAD_TOKEN_LINE },
  R: { read: readSigned, failure: BAD_TOKEN_LINE },
  T: { read: readSigned, failure: BAD_TOKEN_LINE },
  C: { read: readUnsigned, failure: BAD_TOKEN_LINE },
  F: { read: readUnsigned, failure: BAD_FORMAT_LINE },
  D: { read: readUnsigned, failure: BAD_META_DELTA_LINE },
  J: { read: readUnsigned, failure: BAD_INITIAL_LINE },
  M: { read: readMode, failure: BAD_MODE_LENGTH_LINE },
};
