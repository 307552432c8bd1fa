import { crc32 } from 'node:zlib';

import { fromReachCode, type SpoolEntry, toReachCode } from './spool-entry.ts';

/** The first bytes of a segment: seven of what it is, one of the version. */
export const SEGMENT_HEADER: Buffer = Buffer.from('LSSPOOL\u0001', 'latin1');

const marker = Buffer.from([0xd5, 0x0c, 0xf7, 0x1e]);
/** Marker, length of the body (2), CRC-32 of length and body (4). */
const frameHeaderBytes = marker.length + 2 + 4;
/** Moment (8) and length of the pool's name (1). */
const bodyHeaderBytes = 9;

/** The shortest entry: a pool and a key of one byte each. */
export const MIN_FRAME_BYTES: number = frameHeaderBytes + bodyHeaderBytes + 2;

/** An entry of a segment. */
export interface Frame {
  /** Where it begins, in bytes. Two are at least `MIN_FRAME_BYTES` apart. */
  readonly offset: number;
  readonly entry: SpoolEntry;
}

/** What a segment holds. */
export interface SegmentContent {
  readonly frames: readonly Frame[];
  /** Stretches of bytes that are no entry, though there must have been one. */
  readonly damaged: number;
  /** Bytes at the end that are no whole entry: an append that a crash cut short, and nobody was told of. */
  readonly tornBytes: number;
}

/**
 * One entry as bytes: marker D5 0C F7 1E, length of the body (16 bits), CRC-32 of length and body, and the
 * body: moment in milliseconds (64-bit float), length of the pool's name (8 bits), its name, key. Big-endian.
 * An entry with a reach has a 0 and the code of the reach (8 bits each) before the length of the name.
 */
export function encodeFrame({ pool, key, failedAt, reach }: SpoolEntry): Buffer {
  const name = Buffer.from(pool);
  const extra = reach === undefined ? 0 : 2;
  const bodyBytes = bodyHeaderBytes + extra + name.length + key.length;
  const frame = Buffer.allocUnsafe(frameHeaderBytes + bodyBytes);
  marker.copy(frame);
  frame.writeUInt16BE(bodyBytes, 4);
  frame.writeDoubleBE(failedAt, frameHeaderBytes);
  if (extra > 0) frame.writeUInt16BE(toReachCode(reach), frameHeaderBytes + 8);
  const nameAt = frameHeaderBytes + bodyHeaderBytes + extra;
  frame.writeUInt8(name.length, nameAt - 1);
  name.copy(frame, nameAt);
  key.copy(frame, nameAt + name.length);
  frame.writeUInt32BE(checksum(frame, frameHeaderBytes + bodyBytes), 6);
  return frame;
}

/** Whether the bytes begin as a segment of another version. Where the beginning is damaged, the rest may not be. */
export function isOtherVersion(bytes: Buffer): boolean {
  const version = SEGMENT_HEADER.length - 1;
  if (bytes.length < SEGMENT_HEADER.length || bytes[version] === SEGMENT_HEADER[version]) return false;
  return bytes.subarray(0, version).equals(SEGMENT_HEADER.subarray(0, version));
}

/** The entries of a segment. After damage it goes on with the next marker that begins a whole entry. */
export function decodeSegment(bytes: Buffer): SegmentContent {
  const frames: Frame[] = [];
  let damaged = 0;
  let end = SEGMENT_HEADER.length;
  for (let at = end; at < bytes.length;) {
    const next = frameAt(bytes, at);
    if (next === undefined) {
      const found = bytes.indexOf(marker, at + 1);
      at = found < 0 ? bytes.length : found;
      continue;
    }
    if (at !== end) damaged++;
    frames.push({ offset: at, entry: next.entry });
    at = next.end;
    ({ end } = next);
  }
  const rest = bytes.length - end;
  // The last append was cut short, or it is all there and was changed later.
  const isWhole = rest >= frameHeaderBytes && frameHeaderBytes + bytes.readUInt16BE(end + 4) <= rest;
  if (isWhole) return { frames, damaged: damaged + 1, tornBytes: 0 };
  return { frames, damaged, tornBytes: Math.max(0, rest) };
}

function frameAt(bytes: Buffer, at: number): { readonly entry: SpoolEntry; readonly end: number } | undefined {
  if (bytes.length - at < frameHeaderBytes + bodyHeaderBytes) return undefined;
  if (!bytes.subarray(at, at + marker.length).equals(marker)) return undefined;
  const end = at + frameHeaderBytes + bytes.readUInt16BE(at + 4);
  if (end > bytes.length) return undefined;
  const frame = bytes.subarray(at, end);
  if (frame.readUInt32BE(6) !== checksum(frame, frame.length)) return undefined;
  const body = frame.subarray(frameHeaderBytes);
  const isExtended = body.readUInt8(8) === 0 && body.length > bodyHeaderBytes + 2;
  const nameAt = bodyHeaderBytes + (isExtended ? 2 : 0);
  const keyAt = nameAt + body.readUInt8(nameAt - 1);
  const entry = {
    pool: body.toString('utf8', nameAt, keyAt),
    // A copy: a slice would keep the whole segment in memory.
    key: Buffer.from(body.subarray(keyAt)),
    failedAt: body.readDoubleBE(0),
    ...fromReachCode(isExtended ? body.readUInt8(9) : 0),
  };
  return { entry, end };
}

/** Of the length and the body, so that a damaged length shows too. */
function checksum(frame: Buffer, end: number): number {
  return crc32(frame.subarray(frameHeaderBytes, end), crc32(frame.subarray(4, 6)));
}
