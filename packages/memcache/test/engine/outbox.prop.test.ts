import type { Socket } from 'node:net';
import { Writable } from 'node:stream';

import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { maxInlineBytes, Outbox } from '../../src/engine/outbox.ts';
import { PromisedRequest } from '../../src/engine/promised-request.ts';
import type { Request } from '../../src/engine/request.ts';

/** A socket that takes what is written when it is told to, or at once. */
class SlowSocket extends Writable {
  readonly #taken: Buffer[] = [];
  readonly #isSlow: boolean;
  #resume: (() => void) | undefined;

  constructor(isSlow: boolean) {
    super();
    this.#isSlow = isSlow;
  }

  get taken(): string {
    return Buffer.concat(this.#taken).toString('latin1');
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.#taken.push(Buffer.from(chunk));
      done();
    };
    if (this.#isSlow) this.#resume = take;
    else take();
  }

  /** Takes what has been held back. */
  async drain(): Promise<void> {
    while (this.writableLength > 0) {
      this.#resume?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function gather(isSlow = false): { socket: SlowSocket; outbox: Outbox } {
  const socket = new SlowSocket(isSlow);
  return { socket, outbox: new Outbox(socket as unknown as Socket) };
}

function requestOf(text: string, body?: Buffer): Request {
  return new PromisedRequest('', text, '', body, text.length, 1, 1, undefined, false, 0, 1, () => undefined);
}

it.each(['a', '!', '~', 'k'.repeat(250)])('writes a command on the key %s, and says how long it is', (key) => {
  const { socket, outbox } = gather();
  expect(outbox.addKeyed('mg', key, ' v f', 7, undefined)).toBe(key.length + 12);
  expect(outbox.bytes).toBe(key.length + 12);
  outbox.flush();
  expect(socket.taken).toBe(`mg ${key} v f O7\r\n`);
  expect(outbox.bytes).toBe(0);
});

it.each(['', 'k'.repeat(251), 'a b', 'a\u0000', 'a\r\n', '\u007f', 'ä', '☃', 'a\u0121b'])(
  'adds nothing when the key is %j',
  (key) => {
    const { socket, outbox } = gather();
    outbox.addKeyed('ms', 'before', ' 1', 1, Buffer.from('x'));
    expect(outbox.addKeyed('mg', key, ' v f', 2, undefined)).toBe(0);
    outbox.addKeyed('mg', 'behind', '', 3, undefined);
    outbox.flush();
    expect(socket.taken).toBe('ms before 1 O1\r\nx\r\nmg behind O3\r\n');
  },
);

it.each([0, 9, 10, 99, 100, 999, 1000, 4095, 4096, 1_000_000])('writes the opaque number %s', (opaque) => {
  const { socket, outbox } = gather();
  outbox.addKeyed('mg', 'k', '', opaque, undefined);
  outbox.flush();
  expect(socket.taken).toBe(`mg k O${opaque}\r\n`);
});

const someKey = fc.string({ unit: fc.constantFrom('a', 'b', '~', '!'), minLength: 1, maxLength: 250 });
const someBody = fc.oneof(fc.nat({ max: 200 }), fc.integer({ min: maxInlineBytes - 2, max: maxInlineBytes + 2 }));
const someStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('keyed' as const), key: someKey, bytes: someBody }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('text' as const), key: someKey, bytes: someBody }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('long' as const), bytes: someBody }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'flush' as const }) },
);

it.each([true, false])(
  'writes byte for byte what was added, in its order, to a socket that holds back: %s',
  async (isSlow) => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { minLength: 1, maxLength: 150 }), async (steps) => {
        const { socket, outbox } = gather(isSlow);
        let wanted = '';
        let gathered = 0;
        steps.forEach((step, index) => {
          const before = wanted.length;
          const letter = String.fromCodePoint(0x61 + (index % 26));
          if (step.kind === 'flush') {
            outbox.flush();
            gathered = 0;
          } else if (step.kind === 'long') {
            wanted += letter.repeat(step.bytes * 2);
            outbox.add(requestOf(letter.repeat(step.bytes * 2)));
          } else {
            const body = letter.repeat(step.kind === 'keyed' ? Math.min(step.bytes, maxInlineBytes) : step.bytes);
            const text = `ms ${step.key} ${body.length} O${index}\r\n`;
            wanted += `${text}${body}\r\n`;
            if (step.kind === 'text') outbox.add(requestOf(text, Buffer.from(body)));
            else outbox.addKeyed('ms', step.key, ` ${body.length}`, index, Buffer.from(body));
          }
          gathered += wanted.length - before;
          expect(outbox.bytes).toBe(gathered);
        });
        outbox.flush();
        await socket.drain();
        expect(socket.taken === wanted).toBe(true);
      }),
      { numRuns: 100 },
    );
  },
);
