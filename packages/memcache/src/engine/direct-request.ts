import type { AnswerTaker, CallTracker } from '../driver/direct-calls.ts';
import type { Item } from '../driver/driver.ts';
import { collectItem, collectStored, unexpected } from '../protocol/collectors.ts';
import { getTail } from '../protocol/commands.ts';
import type { Reply } from '../protocol/reply.ts';
import { Request } from './request.ts';

/** A request on one key whose caller is called back, with a value where it was received. */
export class DirectRequest extends Request<Item | undefined> {
  readonly #taker: AnswerTaker;
  readonly #tracker: CallTracker;
  readonly #isRead: boolean;
  /** The value that the caller is to have, from `#start` to `#end`. */
  #bytes: Buffer | undefined;
  #start = 0;
  #end = 0;
  #flags = 0;
  #isDue = false;

  /** The `mg` of a read or the `ms` of a store, of so many bytes, which is in the outbox. */
  constructor(
    isRead: boolean,
    key: string,
    bytes: number,
    opaque: number,
    now: number,
    deadline: number,
    taker: AnswerTaker,
    tracker: CallTracker,
  ) {
    const name = isRead ? 'mg' : 'ms';
    const tail = isRead ? getTail : '';
    const collect = isRead ? collectItem : collectNothing;
    super(name, key, tail, undefined, bytes, opaque, 1, undefined, false, now, deadline, collect);
    this.#isRead = isRead;
    this.#taker = taker;
    this.#tracker = tracker;
  }

  /**
   * As `take` of a reply with a value that lies in `bytes`, by the rule of `collectItem`.
   *
   * @throws MemcacheError ERR_MEMCACHE_PROTOCOL when the reply is none to this request.
   */
  takeValue(reply: Reply, bytes: Buffer, start: number, end: number): void {
    this.check(reply);
    const { flags, isWon, isTaken } = reply;
    const size = end - start;
    this.valueBytes = size;
    if (!this.#isRead || reply.status !== 'VA' || flags < 0) throw unexpected(reply);
    if (!this.settle(undefined)) return;
    this.#isDue = true;
    if (isWon || (isTaken && size === 0)) return;
    this.#keep(bytes, start, end, flags);
  }

  override deliver(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#tracker.onAnswer();
    if (bytes === undefined) this.#taker.onDone();
    else this.#taker.onValue(bytes, this.#start, this.#end, this.#flags);
  }

  protected override resolve(item: Item | undefined): void {
    this.#isDue = true;
    if (item !== undefined) this.#keep(item.value, 0, item.value.length, item.flags);
  }

  #keep(bytes: Buffer, start: number, end: number, flags: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#flags = flags;
  }

  /** Later, as a promise does: whoever fails many requests is not to be called while he does. */
  protected override reject(error: unknown): void {
    queueMicrotask(() => {
      if (this.#tracker.onFailure(error)) this.#taker.onDone();
      else this.#taker.onFailure(error);
    });
  }
}

function collectNothing(reply: Reply): undefined {
  collectStored(reply);
}
