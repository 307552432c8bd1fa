import type { Link, Pipe } from '../world/link.ts';
import type { SimProcess } from '../world/sim-process.ts';
import type { Reply } from './reply.ts';

/** What arrives at a client. */
export interface ClientEnd<Answer> {
  onReply(answer: Answer | Error): void;
  onMessage(channel: string, message: string, isSharded: boolean): void;
  onClose(): void;
}

/** A connection between a client and a server. Messages of each direction keep their order. */
export class SimConnection<Answer = Reply> {
  readonly #client: SimProcess;
  readonly #end: ClientEnd<Answer>;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly link: Link;
  onClosed: (() => void) | undefined;
  #isClosed = false;

  constructor(link: Link, client: SimProcess, end: ClientEnd<Answer>) {
    this.link = link;
    this.#client = client;
    this.#end = end;
    this.#up = link.pipe(false);
    this.#down = link.pipe(true);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the process at the client's end still exists. */
  get isOwned(): boolean {
    return this.#client.isAlive;
  }

  /** From the client to the server. */
  send(arrive: () => void): void {
    this.#up.send(arrive);
  }

  /** Tells the client that the connection stands. */
  establish(onReady: () => void): void {
    this.#toClient(onReady);
  }

  reply(answer: Answer | Error): void {
    this.#toClient(() => this.#end.onReply(answer));
  }

  message(channel: string, message: string, isSharded: boolean): void {
    this.#toClient(() => this.#end.onMessage(channel, message, isSharded));
  }

  /** Ends it, with all that is on the way. The client hears of it a moment later. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#up.close();
    this.#down.close();
    this.onClosed?.();
    this.#client.post(this.link.delayMs(), () => this.#end.onClose());
  }

  #toClient(run: () => void): void {
    this.#down.send(() => {
      this.#client.deliver(() => {
        if (!this.#isClosed) run();
      });
    });
  }
}
