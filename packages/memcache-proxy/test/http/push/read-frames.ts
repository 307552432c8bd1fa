import type { SeenEvent } from './stream-client.ts';

/** Reads length-prefixed frames; the body is `bytes`. */
export function readFrames(onEvent: (event: SeenEvent) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const headEnd = 8 + rest.readUInt32BE(0);
      const end = headEnd + rest.readUInt32BE(4);
      if (rest.length < end) return;
      const head = JSON.parse(rest.toString('utf8', 8, headEnd)) as SeenEvent;
      onEvent({ ...head, bytes: Buffer.from(rest.subarray(headEnd, end)) });
      rest = rest.subarray(end);
    }
  };
}
