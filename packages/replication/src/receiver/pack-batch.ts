import { type BlockSpan, type PackedBlocks, readBlocks } from '../block/read-blocks.ts';
import { FRAME_HEADER_BYTES } from '../transport/batch-body.ts';

/**
 * Reads a body without unpacking it; see `readBlocks`. Undefined for what must be unpacked, and for all that is damaged,
 * of which `decodeBatchBody` knows what to say.
 */
export function packBatch(body: Buffer): PackedBlocks | undefined {
  const spans = findBlocks(body);
  return spans === undefined ? undefined : readBlocks(body, spans);
}

/** Where the blocks of a body lie; undefined when a frame is damaged. */
function findBlocks(body: Buffer): BlockSpan[] | undefined {
  const spans: BlockSpan[] = [];
  for (let at = 0; at < body.length;) {
    const start = at + FRAME_HEADER_BYTES;
    if (start > body.length) return undefined;
    at = start + body.readUInt32BE(at);
    if (at > body.length) return undefined;
    spans.push({ start, end: at });
  }
  return spans;
}
