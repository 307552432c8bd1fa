import type { Feature } from '../protocol/features.ts';
import { type Collect, Request } from './request.ts';

let latestResolve: ((result: never) => void) | undefined;
let latestReject: ((error: unknown) => void) | undefined;

/** The one executor of all promises: a function for each of them would be garbage with every call. */
function capture(resolve: (result: never) => void, reject: (error: unknown) => void): void {
  latestResolve = resolve;
  latestReject = reject;
}

/** A request whose caller waits for a promise. */
export class PromisedRequest<T = unknown> extends Request<T> {
  /** What the caller waits for. */
  readonly promise: Promise<T>;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;

  /** As that of `Request`; written out, as one that hands all on makes an array for each request. */
  constructor(
    name: string,
    key: string,
    tail: string,
    body: Buffer | undefined,
    bytes: number,
    opaque: number,
    replies: number,
    needs: Feature | undefined,
    isContinuation: boolean,
    now: number,
    deadline: number,
    collect: Collect<T>,
  ) {
    super(name, key, tail, body, bytes, opaque, replies, needs, isContinuation, now, deadline, collect);
    this.promise = new Promise<T>(capture);
    this.#resolve = latestResolve as (result: T) => void;
    this.#reject = latestReject!;
  }

  protected override resolve(result: T): void {
    this.#resolve(result);
  }

  protected override reject(error: unknown): void {
    this.#reject(error);
  }
}
