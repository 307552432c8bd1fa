import type { Block } from '../block/block-codec.ts';
import { decodeBlock } from '../block/block-decoder.ts';
import { ReplicationError } from '../replication-error.ts';

/** Bytes before each block of a body: its length as u32. */
export const FRAME_HEADER_BYTES = 4;

/** Puts packed blocks behind one another, each after its length. The blocks are not looked into. */
export function encodeBatchBody(blocks: readonly Buffer[]): Buffer {
  let size = 0;
  for (const block of blocks) size += FRAME_HEADER_BYTES + block.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const block of blocks) {
    out.writeUInt32BE(block.length, at);
    out.set(block, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + block.length;
  }
  return out;
}

/**
 * Takes a body apart and decodes every block of it, oldest first.
 *
 * @throws ReplicationError `ERR_REPLICATION_BAD_BLOCK` when a frame or a block is damaged, or there is none.
 */
export function decodeBatchBody(body: Buffer): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < body.length) {
    const left = body.length - at;
    if (left < FRAME_HEADER_BYTES) throw badFrame(at, `a frame needs ${FRAME_HEADER_BYTES} bytes and ${left} are left`);
    const size = body.readUInt32BE(at);
    if (size > left - FRAME_HEADER_BYTES) {
      throw badFrame(at, `the frame says ${size} bytes and ${left - FRAME_HEADER_BYTES} are left`);
    }
    at += FRAME_HEADER_BYTES;
    blocks.push(decodeBlock(body.subarray(at, at + size)));
    at += size;
  }
  if (blocks.length === 0) throw badFrame(0, 'the body is empty');
  return blocks;
}

function badFrame(at: number, reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BAD_BLOCK', `bad batch body at offset ${at}: ${reason}`);
}
