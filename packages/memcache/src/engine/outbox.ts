import type { Socket } from 'node:net';

/** Above this many bytes a value is handed to the socket as it is instead of being copied into the text. */
const maxInlineBytes = 2048;

/** Gathers requests, and gives them to the socket in one write. */
export class Outbox {
  readonly #socket: Socket;
  #text = '';
  #chunks: (string | Buffer)[] = [];
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that are gathered and not written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a command and, where there is one, the data block that follows it. */
  add(text: string, body: Buffer | undefined): void {
    this.#bytes += text.length;
    if (body === undefined) {
      this.#text += text;
      return;
    }
    this.#bytes += body.length + 2;
    if (body.length <= maxInlineBytes) {
      this.#text += `${text}${body.toString('latin1')}\r\n`;
      return;
    }
    this.#chunks.push(this.#text + text, body);
    this.#text = '\r\n';
  }

  /** Writes what was gathered. */
  flush(): void {
    const socket = this.#socket;
    if (this.#chunks.length === 0) {
      if (this.#text !== '') socket.write(this.#text, 'latin1');
    } else {
      socket.cork();
      for (const chunk of this.#chunks) {
        if (typeof chunk === 'string') socket.write(chunk, 'latin1');
        else socket.write(chunk);
      }
      socket.write(this.#text, 'latin1');
      socket.uncork();
      this.#chunks = [];
    }
    this.#text = '';
    this.#bytes = 0;
  }
}
