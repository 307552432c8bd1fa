import type { CallOptions, Key, StoreOptions } from '../driver/driver.ts';
import { type KeyEncoder, keyEncoder } from '../driver/key.ts';
import { timeLeft } from '../driver/time-left.ts';
import type { MetaReply, MetaRequest } from '../driver/meta.ts';
import { valueBytes } from '../driver/value-bytes.ts';
import type { BatchCommands } from '../protocol/batch.ts';
import { collectMeta, composeMeta } from '../protocol/meta-command.ts';
import { isBase64, storeCommand, type StoreMode } from '../protocol/commands.ts';
import type { Feature } from '../protocol/features.ts';
import { OpaqueCounter } from '../protocol/opaque-counter.ts';
import { checkPositive, type ResolvedMetaOptions } from './meta-options.ts';
import type { NodeLink } from './node-link.ts';
import { type Collect, Request, type RequestParts } from './request.ts';

const noOptions: CallOptions = {};
const noOpaque = -1;

/** Puts a command together for a key in wire form. */
export type Compose<A> = (key: string, opaque: number, argument: A) => string;

/** The part of a request that depends on the call. */
type Command = Pick<RequestParts<unknown>, 'text' | 'body' | 'opaque' | 'replies' | 'needs' | 'isContinuation'>;

/** Turns calls into requests: keys into wire form, opaque numbers, deadlines. What is wrong with a call rejects it. */
export class MetaDriverCalls {
  readonly #options: ResolvedMetaOptions;
  readonly #link: NodeLink;
  readonly #encode: KeyEncoder;
  readonly #opaques = new OpaqueCounter();

  constructor(link: NodeLink, options: ResolvedMetaOptions) {
    this.#link = link;
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
      return this.#send(options, { text, body: undefined, opaque, replies: 1, needs: needed }, collect);
    } catch (error) {
      return Promise.reject(error);
    }
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
      const wireKey = this.#encode(key);
      const opaque = this.#opaques.take(1);
      const text = storeCommand(wireKey, opaque, { valueBytes: body.length, options, condition });
      const needs = options.explicitCas !== undefined ? 'explicitCas' : isBase64(wireKey) ? 'binaryKeys' : undefined;
      return this.#send(options, { text, body, opaque, replies: 1, needs }, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** One meta command as somebody else has put it together. */
  meta(options: CallOptions | undefined, request: MetaRequest): Promise<MetaReply> {
    try {
      const { start, needs } = composeMeta(request, this.#encode);
      const opaque = this.#opaques.take(1);
      const text = `${start} O${opaque}\r\n`;
      return this.#send(options, { text, body: request.value, opaque, replies: 1, needs }, collectMeta);
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
      return this.#send(options, { text, body: undefined, opaque: noOpaque, replies, needs }, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Several meta commands as one request, one for each key in wire form and with one reply for each. */
  many<T>(
    options: CallOptions | undefined,
    wireKeys: readonly string[],
    compose: (opaque: number) => BatchCommands,
    collect: Collect<T>,
    isContinuation = false,
  ): Promise<T> {
    try {
      const replies = wireKeys.length;
      const opaque = this.#opaques.take(replies);
      const { text, body } = compose(opaque);
      const needs = neededFor(wireKeys);
      return this.#send(options, { text, body, opaque, replies, needs, isContinuation }, collect);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The wire form of keys. Throws what `encodeKey` throws. */
  encodeAll(keys: readonly Key[]): string[] {
    return keys.map(this.#encode);
  }

  /** The same options for a second request of the same call: with what then remains of its time. */
  remaining(options: CallOptions | undefined): () => CallOptions {
    return timeLeft(options, this.#options.timeoutMs, this.#options.clock);
  }

  #send<T>(
    options: CallOptions = noOptions,
    { text, body, opaque, replies, needs, isContinuation = false }: Command,
    collect: Collect<T>,
  ): Promise<T> {
    const { timeoutMs = this.#options.timeoutMs, signal } = options;
    checkPositive('timeoutMs', timeoutMs);
    signal?.throwIfAborted();
    const now = this.#options.clock.monotonic();
    const deadline = now + timeoutMs;
    const request = new Request<T>({
      text,
      body,
      opaque,
      replies,
      needs,
      isContinuation,
      now,
      deadline,
      signal,
      collect,
    });
    this.#link.send(request as Request);
    return request.promise;
  }
}

/** What a server must know for these keys. */
export function neededFor(wireKeys: readonly string[]): Feature | undefined {
  return wireKeys.some(isBase64) ? 'binaryKeys' : undefined;
}
