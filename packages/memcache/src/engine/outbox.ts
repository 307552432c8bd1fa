import type { Socket } from 'node:net';

import type { Request } from './request.ts';

/** Above this many bytes a value is handed to the socket as it is instead of being copied into the text. */
const maxInlineBytes = 2048;

/** Gathers requests, and gives them to the socket in one write. */
export class Outbox {
  readonly #socket: Socket;
  #text = '';
  /** Texts, and requests whose bodies come between them. */
  #chunks: (string | Request)[] = [];
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that are gathered and not written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a command and, where there is one, the data block that follows it. */
  add(request: Request): void {
    const { text, body } = request;
    this.#bytes += text.length;
    if (body === undefined) {
      this.#text += text;
      return;
    }
    this.#bytes += body.length + 2;
    if (body.length <= maxInlineBytes) {
      this.#text += `${text}${body.toString('latin1')}\r\n`;
      request.dropBody();
      return;
    }
    // Its owner may change it as soon as he has an answer, which an abort gives him before the bytes are written.
    request.isGathered = true;
    this.#chunks.push(this.#text + text, request);
    this.#text = '\r\n';
  }

  /**
   * Writes what was gathered. Whether the socket asks for a pause makes no difference: what it holds is part of what
   * waits for its answer, of which `maxQueueBytes` admits no more.
   */
  flush(): void {
    const socket = this.#socket;
    if (this.#chunks.length === 0) {
      if (this.#text !== '') socket.write(this.#text, 'latin1');
    } else {
      socket.cork();
      for (const chunk of this.#chunks) {
        if (typeof chunk === 'string') socket.write(chunk, 'latin1');
        else {
          socket.write(chunk.body!);
          chunk.isGathered = false;
          chunk.dropBody();
        }
      }
      socket.write(this.#text, 'latin1');
      socket.uncork();
      this.#chunks = [];
    }
    this.#text = '';
    this.#bytes = 0;
  }
}
