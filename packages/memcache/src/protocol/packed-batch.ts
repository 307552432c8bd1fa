import { remainingTtl } from '../driver/expiry.ts';
import { keyOf, type PackedMutations } from '../driver/packed-mutations.ts';
import { type Collect, more } from '../engine/request.ts';
import { barrier, type BatchCommands, lineBreakBytes, maxFrameBytes } from './batch.ts';
import { collectFound, collectStored, isRefusedForGood, unexpected } from './collectors.ts';
import { writeNumber } from './decimal.ts';

/** Some mutations of a packed batch, as the server is to carry them out. */
export interface PackedPlan {
  readonly mutations: PackedMutations;
  /** Which of them, in the order of the commands. Their keys are their own wire form. */
  readonly indexes: readonly number[];
  /** For each of these, its time to live by memcached's own rule; -1 for a delete. */
  readonly ttls: Int32Array;
}

const [letterM, letterS, letterD, letterT, letterF, letterO] = [0x6d, 0x73, 0x64, 0x54, 0x46, 0x4f];
const [space, carriageReturn, lineFeed] = [0x20, 0x0d, 0x0a];
const isDelete = -1;
/** To copy more bytes than these one by one costs more than a view of them. */
const maxCopiedByHand = 64;

/** As `expireMutations`: a value whose moment has passed at `nowMs` is deleted instead. */
export function planPacked(mutations: PackedMutations, indexes: readonly number[], nowMs: number): PackedPlan {
  const { valueStarts, expiresAt } = mutations;
  const ttls = new Int32Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) {
    const index = indexes[at]!;
    if (valueStarts[index] === 0) ttls[at] = isDelete;
    else if (expiresAt[index] !== 0) ttls[at] = remainingTtl(expiresAt[index]!, nowMs) ?? isDelete;
  }
  return { mutations, indexes, ttls };
}

/** Writes the commands that `batchCommands` would, straight from the packed bytes. */
export function packedCommands({ mutations, indexes, ttls }: PackedPlan, opaque: number): BatchCommands {
  const { bytes, keyStarts, keyEnds, valueStarts, valueEnds, flags } = mutations;
  let size = barrier.length;
  for (let at = 0; at < indexes.length; at++) {
    const index = indexes[at]!;
    size += maxFrameBytes + keyEnds[index]! - keyStarts[index]!;
    if (ttls[at] !== isDelete) size += valueEnds[index]! - valueStarts[index]!;
  }
  const out = Buffer.allocUnsafeSlow(size);
  let end = 0;
  for (let at = 0; at < indexes.length; at++) {
    const index = indexes[at]!;
    const ttl = ttls[at]!;
    out[end] = letterM;
    out[end + 1] = ttl === isDelete ? letterD : letterS;
    out[end + 2] = space;
    end = copy(bytes, keyStarts[index]!, keyEnds[index]!, out, end + 3);
    const [start, stop] = [valueStarts[index]!, valueEnds[index]!];
    if (ttl !== isDelete) {
      out[end] = space;
      end = writeNumber(out, end + 1, stop - start);
      if (ttl !== 0) end = writeFlag(out, end, letterT, ttl);
      if (flags[index] !== 0) end = writeFlag(out, end, letterF, flags[index]!);
    }
    end = writeFlag(out, end, letterO, opaque + at);
    out[end] = carriageReturn;
    out[end + 1] = lineFeed;
    end += lineBreakBytes;
    if (ttl === isDelete) continue;
    end = copy(bytes, start, stop, out, end);
    out[end] = carriageReturn;
    out[end + 1] = lineFeed;
    end += lineBreakBytes;
  }
  end += out.write(barrier, end, 'latin1');
  // The sender puts a line break after every body, and this one has its own.
  return { text: '', body: out.subarray(0, end - lineBreakBytes) };
}

/** As `collectBatch`: resolves with the keys whose values the server refused for good, when all else is confirmed. */
export function collectPacked({ mutations, indexes, ttls }: PackedPlan): Collect<Buffer[]> {
  const refused: Buffer[] = [];
  let at = 0;
  let failure: unknown;
  return (reply) => {
    const { status } = reply;
    if (at === indexes.length) {
      if (status !== 'MN') throw unexpected(reply);
      if (failure !== undefined) throw failure;
      return refused;
    }
    const mine = at++;
    if (status === 'HD') return more;
    if (isRefusedForGood(reply)) refused.push(keyOf(mutations, indexes[mine]!));
    else if (status === 'SERVER_ERROR') failure = unexpected(reply);
    else if (ttls[mine] === isDelete) collectFound(reply);
    else collectStored(reply);
    return more;
  };
}

function writeFlag(out: Buffer, start: number, letter: number, number: number): number {
  out[start] = space;
  out[start + 1] = letter;
  return writeNumber(out, start + 2, number);
}

/** Copies the bytes from `start` to `stop`, and gives where they end. */
function copy(bytes: Buffer, start: number, stop: number, out: Buffer, end: number): number {
  const length = stop - start;
  if (length > maxCopiedByHand) out.set(bytes.subarray(start, stop), end);
  else for (let at = 0; at < length; at++) out[end + at] = bytes[start + at]!;
  return end + length;
}
