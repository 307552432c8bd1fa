import { MemcacheError } from '../driver/memcache-error.ts';
import { readBigNumber, readNumber, readNumberOrNever } from './decimal.ts';
import { clearReply, type Reply, type ReplyStatus } from './reply.ts';

const space = 0x20;
const letterO = 0x4f;
const letterV = 0x56;
const letterW = 0x57;
const letterX = 0x58;
const letterZ = 0x5a;
const letterC = 0x63;
const letterF = 0x66;
const letterT = 0x74;

const textStatuses: readonly ReplyStatus[] = ['STAT', 'VERSION', 'END', 'ERROR', 'CLIENT_ERROR', 'SERVER_ERROR'];

/** `VALUE ` and its key, which has no bytes below 0x21. */
const valueWord = Buffer.from('VALUE ');

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
  if (isValueLine(bytes, start, end)) return readValueLine(bytes, start, end, reply);
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
    case 0x4d45:
      return 'ME';
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
  reply.line = bytes;
  reply.flagsStart = at;
  reply.flagsEnd = end;
  // A key, and words for people.
  if (reply.status === 'ME') return size;
  while (at < end) {
    const stop = tokenEnd(bytes, at, end);
    if (stop > at && !readFlag(bytes, at, stop, reply)) throw badLine(bytes, start, end);
    at = stop + 1;
  }
  return size;
}

/** False when the token is one that this package asks for, and not what it should be. */
function readFlag(bytes: Buffer, start: number, end: number, reply: Reply): boolean {
  switch (bytes[start]!) {
    case letterO:
      reply.opaque = readNumber(bytes, start + 1, end);
      return reply.opaque >= 0;
    case letterF:
      reply.flags = readNumber(bytes, start + 1, end);
      return reply.flags >= 0;
    case letterC:
      reply.cas = readBigNumber(bytes, start + 1, end);
      return reply.cas !== undefined;
    case letterT:
      reply.ttl = readNumberOrNever(bytes, start + 1, end);
      return !Number.isNaN(reply.ttl);
    case letterW:
      reply.isWon = true;
      return end - start === 1;
    case letterX:
      reply.isStale = true;
      return end - start === 1;
    case letterZ:
      reply.isTaken = true;
      return end - start === 1;
    default:
      return true;
  }
}

function tokenEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== space) at++;
  return at;
}

function isValueLine(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== letterV || end - start <= valueWord.length) return false;
  for (let index = 1; index < valueWord.length; index++) {
    if (bytes[start + index] !== valueWord[index]) return false;
  }
  return true;
}

/** `VALUE <key> <flags> <bytes>`: no CAS value, because `gets` is never sent. */
function readValueLine(bytes: Buffer, start: number, end: number, reply: Reply): number {
  const keyAt = start + valueWord.length;
  const keyEnd = tokenEnd(bytes, keyAt, end);
  const flagsEnd = tokenEnd(bytes, keyEnd + 1, end);
  const size = readNumber(bytes, flagsEnd + 1, end);
  reply.status = 'VALUE';
  reply.text = bytes.toString('latin1', keyAt, keyEnd);
  reply.flags = readNumber(bytes, keyEnd + 1, flagsEnd);
  if (keyEnd === keyAt || reply.flags < 0 || size < 0) throw badLine(bytes, start, end);
  return size;
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
