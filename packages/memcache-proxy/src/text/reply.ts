/** The bytes that answer a command: text in latin1, or pieces of text and values. Empty for no answer. */
export type Reply = string | readonly (string | Buffer)[];

/** How many bytes a reply has. */
export function replyBytes(reply: Reply): number {
  if (typeof reply === 'string') return reply.length;
  let bytes = 0;
  for (const piece of reply) bytes += piece.length;
  return bytes;
}

/** How many bytes the largest value in a reply has. */
export function largestPiece(reply: Reply): number {
  if (typeof reply === 'string') return 0;
  let largest = 0;
  for (const piece of reply) if (piece.length > largest) largest = piece.length;
  return largest;
}
