import { InvalidationError } from '../invalidation-error.ts';

/** What one frame may hold: ten thousand keys of 1,600 bytes each. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

const HEADER_BYTES = 4;

/**
 * A message as it goes over the socket: the length of its JSON in four bytes, then the JSON.
 *
 * @throws RangeError when it is larger than a frame may be.
 */
export function encodeFrame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  if (body.length > MAX_FRAME_BYTES) {
    throw new RangeError(`what goes over a relay must stay below ${MAX_FRAME_BYTES} bytes, got ${body.length}`);
  }
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** Cuts a stream of bytes into messages again. */
export interface FrameReader {
  /**
   * The messages that are complete with this chunk.
   *
   * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE for a frame that is too large or no JSON object.
   */
  read(chunk: Buffer): object[];
}

/** A reader at the start of a stream. It never holds more than one frame and one chunk. */
export function createFrameReader(maxBytes: number = MAX_FRAME_BYTES): FrameReader {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = HEADER_BYTES;

  function join(): Buffer {
    const joined = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    chunks = [joined];
    return joined;
  }

  return {
    read(chunk) {
      chunks.push(chunk);
      held += chunk.length;
      const messages: object[] = [];
      // Joined only when a frame is complete, so that a large one is not copied again with each chunk.
      while (held >= wanted) {
        const bytes = join();
        const size = bytes.readUInt32BE();
        if (size > maxBytes) throw broken(`a frame of ${size} bytes`);
        wanted = HEADER_BYTES + size;
        if (held < wanted) break;
        messages.push(parse(bytes.subarray(HEADER_BYTES, wanted)));
        chunks = [bytes.subarray(wanted)];
        held -= wanted;
        wanted = HEADER_BYTES;
      }
      return messages;
    },
  };
}

function parse(body: Buffer): object {
  let message: unknown;
  try {
    message = JSON.parse(body.toString());
  } catch (cause) {
    throw broken('a frame that is no JSON', cause);
  }
  if (typeof message !== 'object' || message === null) throw broken('a frame that is no object');
  return message;
}

function broken(what: string, cause?: unknown): InvalidationError {
  return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', `the other side of the relay sent ${what}`, { cause });
}
