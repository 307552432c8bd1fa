const headerBytes = 24;

/** Cuts the stream of a text-protocol server into whole replies; each keeps its data block. */
export class ReplyCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are whole with these bytes. */
  push(chunk: Buffer): Buffer[] {
    let rest = Buffer.concat([this.#rest, chunk]);
    const replies: Buffer[] = [];
    for (;;) {
      const length = lengthOfReply(rest);
      if (length === undefined || length > rest.length) break;
      replies.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#rest = rest;
    return replies;
  }
}

function lengthOfReply(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', 0, end);
  const size = /^VA (\d+)/.exec(line)?.[1] ?? /^VALUE \S+ \d+ (\d+)/.exec(line)?.[1];
  return end + 2 + (size === undefined ? 0 : Number(size) + 2);
}

/** Cuts what a server of the binary protocol sends into replies. */
export class BinaryReplyCutter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    const replies: Buffer[] = [];
    let bytes = Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= headerBytes && bytes.length >= headerBytes + bytes.readUInt32BE(8)) {
      const end = headerBytes + bytes.readUInt32BE(8);
      replies.push(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return replies;
  }
}
