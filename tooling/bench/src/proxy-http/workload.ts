/** What clients ask for over HTTP, all of them at once. */
export interface Work {
  readonly valueBytes: number;
  readonly connections: number;
}

/** How many keys a batch has. */
export const keysPerBatch = 100;

/** What stands before the number in each key; the script of the load generator makes the same ones. */
export const keyPrefix = 'bench:user:';
export const firstKeyNumber = 1_000_000;
export const keyCount = 1000;

/** Keys of the length that keys usually have. */
export const keys: readonly string[] = Array.from(
  { length: keyCount },
  (_, index) => `${keyPrefix}${firstKeyNumber + index}`,
);

/** Different batches, so that not always the same keys are asked for. */
const batchCount = 16;
const frameHeaderBytes = 24;
const getVerb = 1;

/** Bodies for `POST /v1/batch`, in its binary form: each reads 100 keys. */
export const batchBodies: readonly Buffer[] = Array.from({ length: batchCount }, (_, batch) =>
  Buffer.concat(
    Array.from({ length: keysPerBatch }, (_unused, index) => getFrame(keys[(batch * 61 + index) % keyCount]!)),
  ),
);

function getFrame(key: string): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + key.length);
  frame[0] = getVerb;
  frame.writeUInt16BE(key.length, 2);
  frame.write(key, frameHeaderBytes);
  return frame;
}
