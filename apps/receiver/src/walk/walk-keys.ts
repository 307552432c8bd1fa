import { connect } from 'node:net';

import { sleep } from '@lockstep/core';
import type { NodeAddress } from '@lockstep/memcache';

import { type DumpedKey, readDumpedKey } from './dumped-key.ts';

/** How a walk is bounded. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Longest silence of a server that is walking, in milliseconds. @default 10,000 */
  readonly silenceMs?: number;
}

/** A memcached that cannot be walked: its crawler is off, or it is too old to walk by its hash table. */
export class CannotWalk extends Error {}

/** A server walks for one client at a time; it is asked again this often. */
const busyMs = 100;

/**
 * Every key that a memcached holds, in portions, as `lru_crawler metadump hash` gives them: all that are there for the
 * whole time of the walk. What comes and goes meanwhile may be among them. The server waits while a portion is worked on.
 *
 * The walk goes by the hash table: by the lists of the LRU, items that move meanwhile can be passed over.
 *
 * @throws CannotWalk when the server says so; the signal's reason; Error when the walk ended early.
 */
export async function* walkKeys(address: NodeAddress, options: WalkOptions): AsyncGenerator<DumpedKey[]> {
  for (;;) {
    let isBusy = false;
    for await (const lines of answer(address, options)) {
      if (lines === 'busy') isBusy = true;
      else yield lines.map(readDumpedKey);
    }
    if (!isBusy) return;
    await sleep(busyMs, { signal: options.signal });
  }
}

async function* answer(
  address: NodeAddress,
  { signal, silenceMs = 10_000 }: WalkOptions,
): AsyncGenerator<string[] | 'busy'> {
  signal.throwIfAborted();
  const socket = connect('socketPath' in address ? { path: address.socketPath } : { port: 11_211, ...address });
  const stop = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error(`memcached was silent for ${silenceMs} ms while it walked`)),
  );
  socket.write('lru_crawler metadump hash\r\n');
  let rest = '';
  try {
    for await (const chunk of socket) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split(/\r?\n/);
      rest = lines.pop() ?? '';
      const isEnd = lines.at(-1) === 'END';
      if (isEnd) lines.pop();
      const refusal = lines.find((line) => !line.startsWith('key='));
      if (refusal?.startsWith('BUSY') === true) {
        yield 'busy';
        return;
      }
      if (refusal?.startsWith('NOTSTARTED') === true) return;
      if (refusal !== undefined) throw new CannotWalk(`memcached does not walk over its keys: ${refusal}`);
      if (lines.length > 0) {
        // Whoever works on a portion for long keeps the server waiting, which is then no silence of its own.
        socket.setTimeout(0);
        yield lines;
        socket.setTimeout(silenceMs);
      }
      if (isEnd) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
  throw new Error('memcached ended a walk over its keys early');
}
