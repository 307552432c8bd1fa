import type { CallOptions, Item, Key, StoreOptions } from '../driver/driver.ts';
import { isPlainKey, type KeyEncoder, keyEncoder, maxKeyBytes } from '../driver/key.ts';
import { timeLeft } from '../driver/time-left.ts';
import type { MetaReply, MetaRequest } from '../driver/meta.ts';
import { valueBytes } from '../driver/value-bytes.ts';
import type { BatchCommands, WireKey } from '../protocol/batch.ts';
import { collectMeta, composeMeta } from '../protocol/meta-command.ts';
import { collectItem } from '../protocol/collectors.ts';
import { getCommand, getTail, isBase64, storeCommand, type StoreMode, storeRule } from '../protocol/commands.ts';
import type { Feature } from '../protocol/features.ts';
import { OpaqueCounter } from '../protocol/opaque-counter.ts';
import { checkPositive, type ResolvedMetaOptions } from './meta-options.ts';
import type { NodeLink } from './node-link.ts';
import { maxInlineBytes } from './outbox.ts';
import { PromisedRequest } from './promised-request.ts';
import type { Collect } from './request.ts';

const noOptions: CallOptions = {};
const noOpaque = -1;

/** Puts a command together for a key in wire form. */
export type Compose<A> = (key: string, opaque: number, argument: A) => string;

/** Turns calls into requests: keys into wire form, opaque numbers, deadlines. What is wrong with a call rejects it. */
export class MetaDriverCalls {
  readonly #options: ResolvedMetaOptions;
  readonly #link: NodeLink;
  readonly #encode: KeyEncoder;
  readonly #opaques: OpaqueCounter;

  /** `opaques` are shared by all that send over the link. */
  constructor(link: NodeLink, options: ResolvedMetaOptions, opaques: OpaqueCounter = new OpaqueCounter()) {
    this.#link = link;
    this.#opaques = opaques;
    this.#options = options;
    this.#encode = keyEncoder(options.keys);
  }

  /** One meta command on one key. */
  key<T, A>(
    options: CallOptions | undefined,
    key: Key,
    compose: Compose<A>,
    argument: A,
    collect: Collect<T>,
    needs?: Feature,
  ): Promise<T> {
    // What is wrong with a call is a rejection like every other failure.
    try {
      const wireKey = this.#encode(key);
      const opaque = this.#opaques.take(1);
      const text = compose(wireKey, opaque, argument);
      const needed = needs ?? (isBase64(wireKey) ? 'binaryKeys' : undefined);
      return this.#send(options, text, undefined, opaque, 1, needed, false, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `mg` for value and client flags. */
  get(options: CallOptions | undefined, key: Key): Promise<Item | undefined> {
    try {
      const promise = this.#sendNow(options, 'mg', key, getTail, undefined, collectItem);
      if (promise !== undefined) return promise;
    } catch (error) {
      return Promise.reject(error);
    }
    return this.key(options, key, getCommand, undefined, collectItem);
  }

  /** One `ms`. */
  store<T>(
    options: StoreOptions = noOptions,
    key: Key,
    value: Buffer | string,
    condition: StoreMode | bigint,
    collect: Collect<T>,
  ): Promise<T> {
    try {
      const body = valueBytes(value);
      if (body.length <= maxInlineBytes && options.explicitCas === undefined) {
        const tail = ` ${body.length}${storeRule(options, condition)}`;
        const promise = this.#sendNow(options, 'ms', key, tail, body, collect);
        if (promise !== undefined) return promise;
      }
      const wireKey = this.#encode(key);
      const opaque = this.#opaques.take(1);
      const text = storeCommand(wireKey, opaque, { valueBytes: body.length, options, condition });
      const needs = options.explicitCas !== undefined ? 'explicitCas' : isBase64(wireKey) ? 'binaryKeys' : undefined;
      return this.#send(options, text, body, opaque, 1, needs, false, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** One meta command as somebody else has put it together. */
  meta(options: CallOptions | undefined, request: MetaRequest): Promise<MetaReply> {
    try {
      const { start, needs } = composeMeta(request, this.#encode);
      // It is answered without an opaque number.
      if (request.command === 'me') return this.text(options, `${start}\r\n`, collectMeta, 1, needs);
      const opaque = this.#opaques.take(1);
      const text = `${start} O${opaque}\r\n`;
      return this.#send(options, text, request.value, opaque, 1, needs, false, collectMeta);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Commands whose replies carry no opaque number. `replies` counts against the bound on what waits. */
  text<T>(
    options: CallOptions | undefined,
    text: string,
    collect: Collect<T>,
    replies = 1,
    needs?: Feature,
  ): Promise<T> {
    try {
      return this.#send(options, text, undefined, noOpaque, replies, needs, false, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Several meta commands as one request, one for each key in wire form and with one reply for each. */
  many<T>(
    options: CallOptions | undefined,
    wireKeys: readonly WireKey[],
    compose: (opaque: number) => BatchCommands,
    collect: Collect<T>,
    isContinuation = false,
  ): Promise<T> {
    return this.plain(options, wireKeys.length, compose, collect, isContinuation, neededFor(wireKeys));
  }

  /** As `many`, of commands that the caller knows to be on so many keys. */
  plain<T>(
    options: CallOptions | undefined,
    replies: number,
    compose: (opaque: number) => BatchCommands,
    collect: Collect<T>,
    isContinuation = false,
    needs?: Feature,
  ): Promise<T> {
    try {
      const opaque = this.#opaques.take(replies);
      const { text, body } = compose(opaque);
      return this.#send(options, text, body, opaque, replies, needs, isContinuation, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The wire form of keys. Throws what `encodeKey` throws. */
  encodeAll(keys: readonly Key[]): string[] {
    return keys.map(this.#encode);
  }

  /** As `encodeAll`, but leaves keys alone that are their own wire form: no text is made of them. */
  wireKeys(entries: readonly { readonly key: Buffer }[]): WireKey[] {
    return entries.map(({ key }) => (isPlainKey(key) ? key : this.#encode(key)));
  }

  /** The same options for a second request of the same call: with what then remains of its time. */
  remaining(options: CallOptions | undefined): () => CallOptions {
    return timeLeft(options, this.#options.timeoutMs, this.#options.clock);
  }

  /**
   * Writes a command where it will be sent from, when nothing stands in the way: that saves the test of the key and
   * the texts, a tenth of a read and a fifth of a store. Undefined when something does, and nothing was done.
   */
  #sendNow<T>(
    options: CallOptions | undefined,
    name: string,
    key: Key,
    tail: string,
    body: Buffer | undefined,
    collect: Collect<T>,
  ): Promise<T> | undefined {
    const wireKey = typeof key === 'string' ? key : textOf(key);
    const outbox = wireKey === undefined ? undefined : this.#link.outboxFor(wireKey);
    if (outbox === undefined || wireKey === undefined) return undefined;
    let { timeoutMs } = this.#options;
    if (options !== undefined) {
      if (options.signal !== undefined) return undefined;
      ({ timeoutMs = timeoutMs } = options);
      checkPositive('timeoutMs', timeoutMs);
    }
    const now = this.#options.clock.monotonic();
    const opaque = this.#opaques.take(1);
    const bytes = outbox.addKeyed(name, wireKey, tail, opaque, body);
    if (bytes === 0) return undefined;
    const deadline = now + timeoutMs;
    const request = new PromisedRequest<T>(
      name,
      wireKey,
      tail,
      undefined,
      bytes,
      opaque,
      1,
      undefined,
      false,
      now,
      deadline,
      collect,
    );
    this.#link.follow(request);
    return request.promise;
  }

  /** Positional, because an object for each call would be garbage with it. */
  #send<T>(
    options: CallOptions | undefined,
    text: string,
    body: Buffer | undefined,
    opaque: number,
    replies: number,
    needs: Feature | undefined,
    isContinuation: boolean,
    collect: Collect<T>,
  ): Promise<T> {
    let { timeoutMs } = this.#options;
    let signal: AbortSignal | undefined;
    if (options !== undefined) {
      ({ timeoutMs = timeoutMs, signal } = options);
      checkPositive('timeoutMs', timeoutMs);
      signal?.throwIfAborted();
    }
    const now = this.#options.clock.monotonic();
    const bytes = body === undefined ? text.length : text.length + body.length + 2;
    const deadline = now + timeoutMs;
    const request = new PromisedRequest<T>(
      '',
      text,
      '',
      body,
      bytes,
      opaque,
      replies,
      needs,
      isContinuation,
      now,
      deadline,
      collect,
    );
    if (signal !== undefined) request.abortBy(signal);
    this.#link.send(request);
    return request.promise;
  }
}

/** A copy of the bytes, which are the caller's again when the call returns. Undefined for what is no key. */
function textOf(key: Buffer): string | undefined {
  return Buffer.isBuffer(key) ? key.toString('latin1', 0, maxKeyBytes + 1) : undefined;
}

/** What a server must know for these keys. */
export function neededFor(wireKeys: readonly WireKey[]): Feature | undefined {
  return wireKeys.some((key) => typeof key === 'string' && isBase64(key)) ? 'binaryKeys' : undefined;
}
