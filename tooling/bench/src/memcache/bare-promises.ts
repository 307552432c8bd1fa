import { connect } from 'node:net';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { batchesOf, replyBytes, variants } from './bare-socket.ts';
import type { ClientKind } from './bench-client.ts';
import { lockstepClient } from './lockstep-client.ts';
import type { Work } from './workload.ts';

/** What a get answers with; a set answers with nothing. */
interface BareItem {
  readonly value: Buffer;
}

/** Calls of one verb. */
interface BareCalls {
  readonly send: () => Promise<BareItem | undefined>;
  readonly end: () => void;
}

/**
 * The limit of any client whose calls answer with a promise: the bare socket and its prebuilt batches, a promise for each
 * call and, of a get, a view of the value. It composes no command, reads no reply line, and knows no deadline and no error.
 */
export function barePromises(work: Work): ClientKind {
  return {
    name: 'a bare socket with promises',
    open(params) {
      const client = lockstepClient.open(params);
      const { send, end } = openCalls(params, work);
      return {
        ...client,
        // What is read is stored by the driver, before it is measured.
        ...(work.verb === 'get' ? { get: send } : { set: send }),
        async [Symbol.asyncDispose]() {
          end();
          await client[Symbol.asyncDispose]();
        },
      };
    },
  };
}

function openCalls(params: Params, work: Work): BareCalls {
  const { verb, valueBytes } = work;
  const port = Number(requireParam(params, 'port'));
  const socket = connect({ host: requireParam(params, 'host'), port, noDelay: true });
  const batches = batchesOf(work);
  const bytesPerCall = replyBytes(work);
  const valueAt = bytesPerCall - valueBytes - 2;
  let waiting: ((answer: BareItem | undefined) => void)[] = [];
  let answered = 0;
  let unsent = 0;
  let turn = 0;
  let rest: Buffer = Buffer.alloc(0);
  const flush = (): void => {
    socket.write(batches[unsent]![turn++ % variants]!);
    unsent = 0;
  };
  const answerAt = (bytes: Buffer, at: number): BareItem | undefined =>
    verb === 'get' ? { value: bytes.subarray(at + valueAt, at + valueAt + valueBytes) } : undefined;
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; bytes.length - at >= bytesPerCall; at += bytesPerCall) waiting[answered++]!(answerAt(bytes, at));
    rest = bytes.subarray(at);
    if (answered < waiting.length) return;
    waiting = [];
    answered = 0;
  });
  return {
    send: () => {
      if (unsent === 0) setImmediate(flush);
      unsent += 1;
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    end: () => void socket.destroy(),
  };
}
