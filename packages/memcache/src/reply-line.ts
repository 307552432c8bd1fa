import { MemcacheError } from './memcache-error.ts';
import { clearReply, type Reply, type ReplyStatus } from './reply.ts';

const space = 0x20;
const zero = 0x30;
const nine = 0x39;
const letterO = 0x4f;
const letterC = 0x63;
const letterF = 0x66;

const textStatuses: readonly ReplyStatus[] = ['STAT', 'VERSION', 'END', 'ERROR', 'CLIENT_ERROR', 'SERVER_ERROR'];

/**
 * Reads the line in `bytes` from `start` to `end` (without its line break) into `reply`.
 *
 * @returns the length of the data block that follows the line, or -1 when none does.
 * @throws MemcacheError ERR_MEMCACHE_PROTOCOL when memcached would not say that.
 */
export function readLine(bytes: Buffer, start: number, end: number, reply: Reply): number {
  clearReply(reply);
  const length = end - start;
  if (length === 2 || (length > 2 && bytes[start + 2] === space)) {
    const status = metaStatus(bytes[start]!, bytes[start + 1]!);
    if (status !== undefined) {
      reply.status = status;
      if (length === 2) {
        if (status === 'VA') throw badLine(bytes, start, end);
        return -1;
      }
      return readMetaLine(bytes, start, end, reply);
    }
  }
  readTextLine(bytes, start, end, reply);
  return -1;
}

function metaStatus(first: number, second: number): ReplyStatus | undefined {
  switch ((first << 8) | second) {
    case 0x4844:
      return 'HD';
    case 0x5641:
      return 'VA';
    case 0x454e:
      return 'EN';
    case 0x4e46:
      return 'NF';
    case 0x4e53:
      return 'NS';
    case 0x4558:
      return 'EX';
    case 0x4d4e:
      return 'MN';
    case 0x4f4b:
      return 'OK';
    default:
      return undefined;
  }
}

function readMetaLine(bytes: Buffer, start: number, end: number, reply: Reply): number {
  let at = start + 3;
  let size = -1;
  if (reply.status === 'VA') {
    const stop = tokenEnd(bytes, at, end);
    size = readNumber(bytes, at, stop);
    if (size < 0) throw badLine(bytes, start, end);
    at = stop + 1;
  }
  while (at < end) {
    const stop = tokenEnd(bytes, at, end);
    if (stop > at && !readFlag(bytes, at, stop, reply)) throw badLine(bytes, start, end);
    at = stop + 1;
  }
  return size;
}

/** False when the token is one that this package asks for, and not a number. */
function readFlag(bytes: Buffer, start: number, end: number, reply: Reply): boolean {
  const letter = bytes[start];
  if (letter === letterO) {
    reply.opaque = readNumber(bytes, start + 1, end);
    return reply.opaque >= 0;
  }
  if (letter === letterF) {
    reply.flags = readNumber(bytes, start + 1, end);
    return reply.flags >= 0;
  }
  if (letter === letterC) {
    reply.cas = readBigNumber(bytes, start + 1, end);
    return reply.cas !== undefined;
  }
  return true;
}

function tokenEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== space) at++;
  return at;
}

/** The decimal number in the range; -1 when it is not one or has more than 15 digits. */
function readNumber(bytes: Buffer, start: number, end: number): number {
  if (start >= end || end - start > 15) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < zero || byte > nine) return -1;
    number = number * 10 + (byte - zero);
  }
  return number;
}

function readBigNumber(bytes: Buffer, start: number, end: number): bigint | undefined {
  const small = readNumber(bytes, start, end);
  if (small >= 0) return BigInt(small);
  const digits = bytes.toString('latin1', start, end);
  return /^\d{16,20}$/.test(digits) ? BigInt(digits) : undefined;
}

function readTextLine(bytes: Buffer, start: number, end: number, reply: Reply): void {
  const line = bytes.toString('latin1', start, end);
  const blank = line.indexOf(' ');
  const word = blank < 0 ? line : line.slice(0, blank);
  const status = textStatuses.find((candidate) => candidate === word);
  if (status === undefined) throw badLine(bytes, start, end);
  reply.status = status;
  reply.text = blank < 0 ? '' : line.slice(blank + 1);
}

function badLine(bytes: Buffer, start: number, end: number): MemcacheError {
  const excerpt = bytes.toString('latin1', start, Math.min(end, start + 60)).replaceAll(/[^\x20-\x7e]/g, '?');
  return new MemcacheError('ERR_MEMCACHE_PROTOCOL', `the server sent "${excerpt}", which is no memcached reply`);
}
