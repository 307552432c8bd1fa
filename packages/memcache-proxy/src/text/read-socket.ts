import type { Socket } from 'node:net';

const MEMORY_BYTES = 65_536;
/** Every socket may read into it: each read is told of before the next one. */
const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
/** Small chunks share memory. Not that of Node's own pool: from Node 24 on a byte that is kept there keeps 64 KiB. */
const POOL_BYTES = 8192;
let pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let usedBytes = 0;

interface Handle {
  useUserBuffer(memory: Buffer): void;
}

/**
 * Calls `onChunk` with what the socket reads, as `data` would, for all of its life. A chunk is the callee's.
 *
 * Node makes 64 KiB of memory for each read of a socket and gives back what it did not fill, which takes about 1 µs.
 * Sockets that connect can read into memory that is there (`onread`), but `net.createServer` has no such option. So what
 * the option sets is set here. Where a version of Node, or TLS, has it otherwise, `data` serves.
 */
export function readSocket(socket: Socket, onChunk: (chunk: Buffer) => void): void {
  const handle = handleOf(socket);
  const bufferField = fieldOf(socket, 'kBuffer');
  const callbackField = fieldOf(socket, 'kBufferCb');
  if (handle === undefined || bufferField === undefined || callbackField === undefined) {
    socket.on('data', onChunk);
    return;
  }
  Reflect.set(socket, bufferField, memory);
  Reflect.set(socket, callbackField, (length: number) => onChunk(takeChunk(length)));
  handle.useUserBuffer(memory);
}

/** What was read last, in memory that nothing else is read into. */
function takeChunk(length: number): Buffer {
  if (length > POOL_BYTES / 2) {
    const chunk = Buffer.allocUnsafeSlow(length);
    memory.copy(chunk, 0, 0, length);
    return chunk;
  }
  if (usedBytes + length > POOL_BYTES) {
    pool = Buffer.allocUnsafeSlow(POOL_BYTES);
    usedBytes = 0;
  }
  const start = usedBytes;
  usedBytes += length;
  memory.copy(pool, start, 0, length);
  return pool.subarray(start, usedBytes);
}

function handleOf(socket: Socket): Handle | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const isUsable =
    typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle && !('encrypted' in socket);
  return isUsable ? (handle as Handle) : undefined;
}

function fieldOf(socket: Socket, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
}
