import type { Clock, Timer } from '@lockstep/core';

import type { ClientConnection } from './client-connection.ts';
import type { ServerStats } from './server-stats.ts';

/** How often a client is looked at within its time. */
const LOOKS = 4;
const MAX_INTERVAL_MS = 15_000;

/** What a watch is given; see MemcacheServerOptions. */
export interface WatchOptions {
  readonly idleTimeoutMs: number;
  readonly slowClientTimeoutMs: number;
  readonly maxPendingBytes: number;
  readonly clock: Clock;
  readonly stats: ServerStats;
}

/** What is known of one client since it was last well. */
interface Pulse {
  bytesRead: number;
  silentSince: number;
  slowSince: number | undefined;
  /** How many bytes it must have taken in all for it to be well again. */
  wantedBytes: number;
}

/** Cuts off clients that do not take their replies, or say nothing. One timer for all of them. */
export class ConnectionWatch {
  readonly #options: WatchOptions;
  readonly #intervalMs: number;
  readonly #pulses = new Map<ClientConnection, Pulse>();
  #timer: Timer | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    const shortest = Math.min(options.idleTimeoutMs, options.slowClientTimeoutMs);
    this.#intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(1, shortest / LOOKS));
  }

  add(client: ClientConnection): void {
    const silentSince = this.#options.clock.monotonic();
    this.#pulses.set(client, { bytesRead: 0, silentSince, slowSince: undefined, wantedBytes: 0 });
    if (this.#timer === undefined) this.#schedule();
  }

  remove(client: ClientConnection): void {
    this.#pulses.delete(client);
    if (this.#pulses.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#options.clock.setTimer(() => this.#lookAtAll(), this.#intervalMs);
  }

  #lookAtAll(): void {
    const { clock, stats } = this.#options;
    const now = clock.monotonic();
    this.#schedule();
    for (const [client, pulse] of this.#pulses) {
      if (this.#isSlow(client, pulse, now)) stats.slowClients += 1;
      else if (this.#isSilent(client, pulse, now)) stats.idleKicks += 1;
      else continue;
      client.socket.destroy();
    }
  }

  #isSlow({ socket }: ClientConnection, pulse: Pulse, now: number): boolean {
    const owed = socket.writableLength;
    if (owed === 0) {
      pulse.slowSince = undefined;
      return false;
    }
    const taken = socket.bytesWritten - owed;
    if (pulse.slowSince === undefined || taken >= pulse.wantedBytes) {
      pulse.slowSince = now;
      pulse.wantedBytes = taken + Math.min(owed, this.#options.maxPendingBytes);
      return false;
    }
    return now - pulse.slowSince >= this.#options.slowClientTimeoutMs;
  }

  #isSilent(client: ClientConnection, pulse: Pulse, now: number): boolean {
    if (client.bytesRead !== pulse.bytesRead || !client.isAnswered) {
      pulse.bytesRead = client.bytesRead;
      pulse.silentSince = now;
      return false;
    }
    return now - pulse.silentSince >= this.#options.idleTimeoutMs;
  }
}
