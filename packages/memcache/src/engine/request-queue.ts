import type { Request } from './request.ts';

/** Requests in the order in which their replies will come, as a linked list through the requests themselves. */
export class RequestQueue {
  #last: Request | undefined;
  #first: Request | undefined;

  /** The request that the next reply belongs to; the others follow by `next`. */
  get first(): Request | undefined {
    return this.#first;
  }

  push(request: Request): void {
    if (this.#last === undefined) this.#first = request;
    else this.#last.next = request;
    this.#last = request;
  }

  shift(): Request | undefined {
    const request = this.#first;
    if (request === undefined) return undefined;
    this.#first = request.next;
    if (this.#first === undefined) this.#last = undefined;
    request.next = undefined;
    return request;
  }
}
