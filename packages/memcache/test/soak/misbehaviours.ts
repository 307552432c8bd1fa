import type { Socket } from 'node:net';

import type { SeededRandom } from './random.ts';
import type { Misbehaviour } from './relay.ts';
import { BinaryReplyCutter, ReplyCutter } from './reply-cutter.ts';

const nothing = Buffer.alloc(0);
const errorLine = Buffer.from('ERROR\r\n');

/** Servers that are none, whatever the protocol. */
export const hostileServers: Readonly<Record<string, (random: SeededRandom) => () => Misbehaviour>> = {
  'answers ERROR to everything': () => () => ({ fromClient: instead((chunk) => repeat(errorLine, countLines(chunk))) }),
  'answers with random bytes': (random) => () => ({
    fromClient: instead(() => randomBytes(random, 1 + random.below(400))),
  }),
  'answers with line breaks': () => () => ({ fromClient: instead(() => Buffer.from('\r\n\r\n\n\r')) }),
  'answers with an endless line': () => () => ({ fromClient: instead(() => Buffer.alloc(70_000, 'A')) }),
  'repeats what it is told': () => () => ({ fromClient: instead((chunk) => Buffer.from(chunk)) }),
  'accepts and says nothing': () => () => ({ fromClient: () => nothing }),
  'accepts and hangs up': () => () => ({ fromClient: hangUp }),
  'closes after each reply': () => () => ({ fromServer: closeAfter }),
  'breaks off in the middle of a reply': (random) => () => ({
    fromServer: breakOff(16 + random.below(3000), 'silence'),
  }),
  'closes in the middle of a reply': (random) => () => ({ fromServer: breakOff(16 + random.below(3000), 'end') }),
  'resets in the middle of a reply': (random) => () => ({ fromServer: breakOff(16 + random.below(3000), 'reset') }),
  'sends one byte every 50 ms': () => () => ({ fromServer: trickle(50) }),
};

/** A real server that has no say in what becomes of its replies: text and meta protocol. */
export const brokenReplies: Readonly<Record<string, (random: SeededRandom) => () => Misbehaviour>> = {
  'loses every 40th reply': () => everyNth(40, () => []),
  'sends every 40th reply twice': () => everyNth(40, (reply) => [reply, reply]),
  'sends replies to nothing': () => everyNth(40, (reply) => [reply, Buffer.from('VA 1 f0 O7\r\nx\r\n')]),
  'swaps two replies': () => () => {
    let held: Buffer | undefined;
    return cutting((reply, index) => {
      if (index % 40 === 39) {
        held = reply;
        return [];
      }
      const replies = held === undefined ? [reply] : [reply, held];
      held = undefined;
      return replies;
    });
  },
  'corrupts a byte in every 40th length': (random) => everyNth(40, (reply) => [corruptLength(reply, random)]),
  'leaves a byte out of every 40th reply': (random) => everyNth(40, (reply) => [cutByte(reply, random)]),
  'answers every 40th command with ERROR': () => everyNth(40, () => [errorLine]),
  'answers every 40th command with SERVER_ERROR': () =>
    everyNth(40, (reply) => [
      /^(VALUE|END|VERSION)/.test(reply.toString('latin1', 0, 8)) ? reply : Buffer.from('SERVER_ERROR busy\r\n'),
    ]),
};

/** As `brokenReplies`, of a server that speaks the binary protocol. */
export const brokenBinaryReplies: Readonly<Record<string, (random: SeededRandom) => () => Misbehaviour>> = {
  'loses every 40th reply': () => everyNthBinary(() => []),
  'sends every 40th reply twice': () => everyNthBinary((reply) => [reply, reply]),
  'corrupts a byte in every 40th length': (random) =>
    everyNthBinary((reply) => [invert(reply, lengthOffsets[random.below(lengthOffsets.length)]!)]),
  'leaves a byte out of every 40th reply': (random) => everyNthBinary((reply) => [cutByte(reply, random)]),
};

/** Of the key (2 bytes), the extras (1) and the whole body (4), in the header of a binary reply. */
const lengthOffsets = [2, 3, 4, 8, 9, 10, 11];

/** Every byte in its own write: no fault at all. */
export function oneByteAtATime(): Misbehaviour {
  return {
    fromServer(chunk, client) {
      for (const byte of chunk.subarray(0, 4000)) client.write(Buffer.from([byte]));
      return chunk.subarray(4000);
    },
  };
}

function instead(answer: (chunk: Buffer) => Buffer): (chunk: Buffer, client: Socket) => Buffer {
  return (chunk, client) => {
    if (client.writable) client.write(answer(chunk));
    return nothing;
  };
}

function hangUp(_chunk: Buffer, client: Socket): Buffer {
  client.end();
  return nothing;
}

function closeAfter(chunk: Buffer, client: Socket): Buffer {
  if (client.writable) client.end(chunk);
  return nothing;
}

function breakOff(bytes: number, end: 'silence' | 'end' | 'reset'): (chunk: Buffer, client: Socket) => Buffer {
  let left = bytes;
  return (chunk, client) => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (left > 0 || end === 'silence') return part;
    if (end === 'end') client.end(part);
    else client.write(part, () => client.resetAndDestroy());
    return nothing;
  };
}

function trickle(everyMs: number): (chunk: Buffer, client: Socket) => Buffer {
  let waiting: Buffer = nothing;
  let timer: NodeJS.Timeout | undefined;
  return (chunk, client) => {
    waiting = Buffer.concat([waiting, chunk]);
    timer ??= setInterval(() => {
      if (waiting.length > 0 && client.writable) client.write(waiting.subarray(0, 1));
      waiting = waiting.subarray(1);
    }, everyMs).unref();
    client.once('close', () => clearInterval(timer));
    return nothing;
  };
}

function everyNthBinary(change: (reply: Buffer) => readonly Buffer[]): () => Misbehaviour {
  return () => {
    const cutter = new BinaryReplyCutter();
    let index = 0;
    const pass = (reply: Buffer): readonly Buffer[] => (++index % 40 === 0 ? change(reply) : [reply]);
    return { fromServer: (chunk) => Buffer.concat(cutter.push(chunk).flatMap(pass)) };
  };
}

function everyNth(count: number, change: (reply: Buffer) => readonly Buffer[]): () => Misbehaviour {
  return () => cutting((reply, index) => (index % count === count - 1 ? change(reply) : [reply]));
}

function cutting(change: (reply: Buffer, index: number) => readonly Buffer[]): Misbehaviour {
  const cutter = new ReplyCutter();
  let index = 0;
  return { fromServer: (chunk) => Buffer.concat(cutter.push(chunk).flatMap((reply) => change(reply, index++))) };
}

/** As a proxy corrupts a byte: all of its bits. A number that becomes another number cannot be told from a true one. */
function corruptLength(reply: Buffer, random: SeededRandom): Buffer {
  const line = reply.toString('latin1', 0, reply.indexOf('\r\n'));
  const digits = /^VA (\d+)/d.exec(line)?.indices?.[1] ?? /^VALUE \S+ \d+ (\d+)/d.exec(line)?.indices?.[1];
  if (digits === undefined) return reply;
  return invert(reply, digits[0] + random.below(digits[1] - digits[0]));
}

function invert(reply: Buffer, at: number): Buffer {
  const changed = Buffer.from(reply);
  changed[at] = changed[at]! ^ 0xff;
  return changed;
}

function cutByte(reply: Buffer, random: SeededRandom): Buffer {
  const at = random.below(reply.length);
  return Buffer.concat([reply.subarray(0, at), reply.subarray(at + 1)]);
}

function randomBytes(random: SeededRandom, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.below(256)));
}

function countLines(chunk: Buffer): number {
  return Math.max(1, chunk.toString('latin1').split('\r\n').length - 1);
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
