import { connect, type Socket } from 'node:net';

import { Lane } from './lane.ts';
import type { LinkFaults } from './link-faults.ts';

/** Where a proxy forwards to. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** One client of the proxy and its connection to the target. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #target: Target;
  readonly #faults: LinkFaults;
  /** Resolves when both sides are closed. */
  readonly closed: Promise<void>;
  readonly #markClosed: () => void;
  #server: Socket | undefined;
  #lanes: readonly Lane[] = [];

  constructor(client: Socket, target: Target, faults: LinkFaults) {
    this.#client = client;
    this.#target = target;
    this.#faults = faults;
    let markClosed = (): void => {};
    this.closed = new Promise((resolve) => {
      markClosed = resolve;
    });
    this.#markClosed = markClosed;
  }

  /** Takes the client on. The target is dialled when the link is not half-open. */
  open(): void {
    this.#client.setNoDelay(true);
    this.#client.pause();
    this.#watch(this.#client);
    this.refresh();
  }

  /** Called whenever the faults change. */
  refresh(): void {
    if (this.#server === undefined && !this.#faults.isHalfOpen) this.#dial();
    for (const lane of this.#lanes) lane.carry();
  }

  /** Closes both sides at once; bytes on the way are lost. */
  cut(): void {
    this.#client.destroy();
    this.#server?.destroy();
  }

  /** Resets both sides, as a crashed peer or a firewall does. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#server?.resetAndDestroy();
  }

  #dial(): void {
    const server = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    this.#server = server;
    this.#watch(server);
    server.once('connect', () => {
      const up = new Lane(this.#client, server, 'up', this.#faults);
      const down = new Lane(server, this.#client, 'down', this.#faults);
      this.#lanes = [up, down];
      for (const lane of this.#lanes) lane.open();
    });
  }

  #watch(socket: Socket): void {
    // 'close' follows and says whether there was an error; the other side is told by a reset.
    socket.on('error', () => {});
    socket.on('close', (hadError) => {
      if (hadError) this.reset();
      const isOver = this.#client.destroyed && this.#server?.destroyed !== false;
      if (!isOver) return;
      for (const lane of this.#lanes) lane.close();
      this.#markClosed();
    });
  }
}
