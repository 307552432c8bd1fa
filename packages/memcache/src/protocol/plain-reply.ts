import { clearReply, type Reply, type ReplyStatus } from './reply.ts';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const space = 0x20;
const zero = 0x30;
const letterA = 0x41;
const letterD = 0x44;
const letterH = 0x48;
const letterO = 0x4f;
const letterV = 0x56;
const letterF = 0x66;

/** Longer numbers are left to `readLine`. */
const maxDigits = 9;
/** No line that is read here is longer. */
const maxLineBytes = 48;

/**
 * Reads the two replies that nearly all are, `VA <size> f<flags> O<opaque>` and `HD O<opaque>`, in one pass, where
 * `readLine` looks for the end of the line and of each word first. What it reads, `readLine` would read alike.
 *
 * @returns where the line ends, behind its line break, or 0 when it is another line or near the end of the bytes.
 */
export function readPlainReply(bytes: Buffer, start: number, reply: Reply): number {
  if (bytes.length - start < maxLineBytes || bytes[start + 2] !== space) return 0;
  const flagsStart = start + 3;
  if (bytes[start] === letterV && bytes[start + 1] === letterA) return readPlainValue(bytes, flagsStart, reply);
  if (bytes[start] !== letterH || bytes[start + 1] !== letterD) return 0;
  return readOpaque(bytes, flagsStart, flagsStart, 'HD', -1, -1, reply);
}

function readPlainValue(bytes: Buffer, start: number, reply: Reply): number {
  let at = start;
  let size = 0;
  let digit: number;
  while ((digit = bytes[at]! - zero) >= 0 && digit <= 9 && at - start < maxDigits) {
    size = size * 10 + digit;
    at++;
  }
  if (at === start || bytes[at] !== space || bytes[at + 1] !== letterF) return 0;
  const flagsStart = at + 1;
  at += 2;
  const first = at;
  let flags = 0;
  while ((digit = bytes[at]! - zero) >= 0 && digit <= 9 && at - first < maxDigits) {
    flags = flags * 10 + digit;
    at++;
  }
  if (at === first || bytes[at] !== space) return 0;
  return readOpaque(bytes, at + 1, flagsStart, 'VA', size, flags, reply);
}

/** Reads `O<opaque>` and the line break, and fills the reply in. */
function readOpaque(
  bytes: Buffer,
  start: number,
  flagsStart: number,
  status: ReplyStatus,
  size: number,
  flags: number,
  reply: Reply,
): number {
  if (bytes[start] !== letterO) return 0;
  const first = start + 1;
  let at = first;
  let opaque = 0;
  let digit: number;
  while ((digit = bytes[at]! - zero) >= 0 && digit <= 9 && at - first < maxDigits) {
    opaque = opaque * 10 + digit;
    at++;
  }
  if (at === first || bytes[at] !== carriageReturn || bytes[at + 1] !== lineFeed) return 0;
  clearReply(reply);
  reply.status = status;
  reply.size = size;
  reply.flags = flags;
  reply.opaque = opaque;
  reply.line = bytes;
  reply.flagsStart = flagsStart;
  reply.flagsEnd = at;
  return at + 2;
}
