import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

import * as fc from 'fast-check';

/** A request with a body of that length. */
export function request(line: string, body: string | Buffer = '', headers = ''): Buffer {
  return Buffer.concat([
    Buffer.from(`${line} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${body.length}\r\n\r\n`),
    Buffer.from(body as string),
  ]);
}

/** How bytes are sent. */
export interface Delivery {
  /** Where they are cut into pieces. */
  readonly cuts: readonly number[];
  /** Whether the client waits for answers before it ends its side; who ends it is gone for the proxy. */
  readonly isPatient: boolean;
}

export const delivery: fc.Arbitrary<Delivery> = fc.record({
  cuts: fc.array(fc.nat(400), { maxLength: 3 }),
  isPatient: fc.boolean(),
});

/** In one piece, by a client that waits. */
export const whole: Delivery = { cuts: [], isPatient: true };

/** What a patient client takes for the end of the answers. */
const QUIET_MS = 15;

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('\r\n', '\0', '\r', '%00', '%0d%0a', '"', ',', ' ', ':', '?', '{', '0\r\n\r\n')
    .map((text) => Buffer.from(text)),
);
const edit = fc.record({ at: fc.nat(300), cut: fc.nat(6), put: piece });

/** Up to three of the requests on one connection, each with up to three changes; now and then nothing of them. */
export function mutations(valid: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const mutated = fc.tuple(fc.constantFrom(...valid), fc.array(edit, { maxLength: 3 })).map(([start, edits]) => {
    let bytes: Buffer = start;
    for (const { at, cut, put } of edits) {
      const from = at % (bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
    }
    return bytes;
  });
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(mutated, { minLength: 1, maxLength: 3 }).map((all) => Buffer.concat(all)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** A stream that only ends when the client does, and is under way: its first heartbeat has come. */
const ENDLESS = /^content-type: (text\/event-stream|application\/vnd\.lockstep\.frames)[^]*heartbeat/im;

/** Sends the bytes and says no more: the statuses of the answers. Hangs up on a stream that beats. */
export async function send(port: number, bytes: Buffer, { cuts, isPatient }: Delivery): Promise<number[]> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  let isSent = false;
  const leave = (): void => {
    if (isSent && ENDLESS.test(text)) socket.destroy();
  };
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
    leave();
  });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  for (const [index, from] of [0, ...points].entries()) {
    socket.write(bytes.subarray(from, points[index] ?? bytes.length));
    await turn();
  }
  isSent = true;
  leave();
  if (isPatient) {
    let known: number;
    do {
      known = text.length;
      await Promise.race([closed, wait(QUIET_MS)]);
    } while (known !== text.length && !socket.closed);
  }
  socket.end();
  await closed;
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

/** Whether the bytes that were sent have the key in them, as it is or encoded for a URL, JSON or memcached. */
export function names(bytes: Buffer, key: string): boolean {
  const raw = bytes.toString('latin1');
  const decoded = percentDecoded(raw);
  // Nothing names it: what is empty is in everything.
  if (key === '') return false;
  // A key that memcached cannot hold is held as its class and what follows in base64.
  const own = key.replace(/~b([\w-]*)$/, (_all, rest: string) => Buffer.from(rest, 'base64url').toString('latin1'));
  const seen = raw + raw.toLowerCase() + decoded + decoded.replaceAll('+', ' ');
  // The template puts its own part before what the URL names, and percent-encodes the rest.
  const named = percentDecoded(own.replace(/^only:/, ''));
  return seen.includes(key) || seen.includes(own) || (named !== '' && seen.includes(named));
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}
