import type { Reply } from './execute-command.ts';

/** A place in the line for one reply. */
interface Slot {
  reply: Reply | undefined;
}

/** Lets replies that become ready in any order leave in the order of their requests. */
export class ReplyQueue {
  readonly #slots: Slot[] = [];
  readonly #send: (reply: Reply) => void;

  constructor(send: (reply: Reply) => void) {
    this.#send = send;
  }

  /** How many requests have not been answered. */
  get length(): number {
    return this.#slots.length;
  }

  /** Reserves the next place; call what it returns once with the reply. */
  reserve(): (reply: Reply) => void {
    const slot: Slot = { reply: undefined };
    this.#slots.push(slot);
    return (reply) => {
      slot.reply = reply;
      this.#release();
    };
  }

  #release(): void {
    for (let reply = this.#slots[0]?.reply; reply !== undefined; reply = this.#slots[0]?.reply) {
      this.#slots.shift();
      this.#send(reply);
    }
  }
}
