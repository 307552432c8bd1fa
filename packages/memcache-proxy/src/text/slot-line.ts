import type { ReplySlot } from './reply-slot.ts';

/** The requests of a connection in their order, from the oldest whose answer has not left. */
export class SlotLine {
  #first: ReplySlot | undefined;
  #last: ReplySlot | undefined;
  /** The oldest that is not done: the replies before it leave with this turn. */
  #firstOpen: ReplySlot | undefined;

  get first(): ReplySlot | undefined {
    return this.#first;
  }

  append(slot: ReplySlot): void {
    if (this.#last === undefined) this.#first = slot;
    else this.#last.next = slot;
    this.#last = slot;
    this.#firstOpen ??= slot;
  }

  /** Takes the first one out. */
  shift(): void {
    this.#first = this.#first?.next;
    if (this.#first === undefined) this.#last = undefined;
  }

  /** A slot is done: starts what waited for it. */
  settled(slot: ReplySlot): void {
    if (slot === this.#firstOpen) this.#passDone(slot);
    // Its reply has to wait for others, and must not keep somebody else's memory meanwhile.
    else slot.own();
    if (slot.waiters === undefined) return;
    for (const waiter of slot.waiters) {
      waiter.waits -= 1;
      if (waiter.waits === 0) waiter.start?.();
    }
  }

  /** Replies that could have left are still here, and may stay for long. */
  ownDone(): void {
    for (let slot = this.#first; slot !== this.#firstOpen; slot = slot?.next) slot?.own();
  }

  /** Has the slot, which is to come behind all others, wait for those that it must not overtake; false when there are none. */
  mustWait(slot: ReplySlot): boolean {
    for (let before = this.#first; before !== undefined; before = before.next) {
      if (before.isDone || !slot.conflictsWith(before)) continue;
      slot.waits += 1;
      if (before.waiters === undefined) before.waiters = [slot];
      else before.waiters.push(slot);
    }
    return slot.waits > 0;
  }

  #passDone(slot: ReplySlot): void {
    let open: ReplySlot | undefined = slot;
    while (open?.isDone === true) open = open.next;
    this.#firstOpen = open;
  }
}
