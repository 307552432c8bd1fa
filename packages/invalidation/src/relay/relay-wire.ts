/** One end of a connection between a relay and a client: of a socket of node:net, what is used. */
export interface RelayWire {
  readonly destroyed: boolean;
  /** How many bytes wait to be sent. */
  readonly writableLength: number;
  write(bytes: Buffer): boolean;
  cork(): void;
  uncork(): void;
  destroy(): unknown;
  /** As `destroy`, after what was written has been sent. */
  destroySoon(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close' | 'drain', listener: () => void): unknown;
}
