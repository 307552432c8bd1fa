import { connect, type Socket } from 'node:net';

import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { lockstepClient } from './lockstep-client.ts';
import { cpuPerCall } from './measure.ts';
import { keyAt, keys, keySets, keysPerCall, valueOf, type Work } from './workload.ts';

/** Different batches of each length, so that not always the same keys are asked for. */
export const variants = 8;
/** Four digits, as three in four of the driver's opaque numbers have, which start over after 4095. */
const firstOpaque = 1000;

/**
 * The limit: a socket that writes batches of the same commands, put together beforehand, and counts the bytes of the
 * replies. As with a client, as many calls are sent anew as were answered by what was read at a time.
 */
export function bareSocket(work: Work, measure: 'throughput' | 'cpu'): Contestant {
  return {
    name: 'a bare socket',
    async open(params) {
      await using client = lockstepClient.open(params);
      for (const key of keys) await client.set(key, valueOf(work.valueBytes));
      const socket = connect({
        host: requireParam(params, 'host'),
        port: Number(requireParam(params, 'port')),
        noDelay: true,
      });
      const batches = batchesOf(work);
      const callsPerSecond = (durationMs: number): Promise<number> =>
        drive(socket, batches, replyBytes(work), work.concurrency, durationMs);
      return {
        async run(durationMs) {
          if (measure === 'cpu') return cpuPerCall(() => callsPerSecond(durationMs));
          return (await callsPerSecond(durationMs)) * (work.verb === 'getMany' ? keysPerCall : 1);
        },
        async [Symbol.asyncDispose]() {
          socket.destroy();
        },
      };
    },
  };
}

function drive(
  socket: Socket,
  batches: readonly (readonly Buffer[])[],
  bytesPerCall: number,
  concurrency: number,
  durationMs: number,
): Promise<number> {
  const startedAt = performance.now();
  let bytes = 0;
  let answered = 0;
  let inFlight = concurrency;
  let turn = 0;
  const send = (calls: number): void => void socket.write(batches[calls]![turn++ % variants]!);
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      const calls = Math.floor(bytes / bytesPerCall);
      bytes -= calls * bytesPerCall;
      answered += calls;
      inFlight -= calls;
      const isOver = performance.now() - startedAt >= durationMs;
      if (!isOver && calls > 0) {
        inFlight += calls;
        send(calls);
      } else if (isOver && inFlight === 0) {
        socket.off('data', take);
        socket.off('error', reject);
        resolve((answered * 1000) / (performance.now() - startedAt));
      }
    };
    socket.on('data', take);
    socket.on('error', reject);
    send(concurrency);
  });
}

/** By the number of calls, in several variants. */
export function batchesOf({ verb, valueBytes, concurrency }: Work): Buffer[][] {
  const value = valueOf(valueBytes).toString('latin1');
  const commandOf = (index: number): string => {
    const opaque = firstOpaque + (index % keys.length);
    if (verb === 'get') return `mg ${keyAt(index)} v f O${opaque}\r\n`;
    if (verb === 'set') return `ms ${keyAt(index)} ${valueBytes} O${opaque}\r\n${value}\r\n`;
    return `get ${keySets[index % keySets.length]!.join(' ')}\r\n`;
  };
  return Array.from({ length: concurrency + 1 }, (_, calls) =>
    Array.from({ length: variants }, (_unused, variant) =>
      Buffer.from(Array.from({ length: calls }, (_call, index) => commandOf(variant * 61 + index)).join(''), 'latin1'),
    ),
  );
}

/** Of a call. All keys have the same length, so that all replies do. */
export function replyBytes({ verb, valueBytes }: Work): number {
  if (verb === 'set') return `HD O${firstOpaque}\r\n`.length;
  if (verb === 'get') return `VA ${valueBytes} f0 O${firstOpaque}\r\n`.length + valueBytes + 2;
  return keysPerCall * (`VALUE ${keyAt(0)} 0 ${valueBytes}\r\n`.length + valueBytes + 2) + 'END\r\n'.length;
}
