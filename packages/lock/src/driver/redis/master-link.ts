import type { Clock, RedisClient } from '@lockstep/core';

import type { MasterConnection } from './cluster-client.ts';
import { createPushPulse, type PushPulse } from './push-pulse.ts';
import type { SlotChannel } from './slot-channel.ts';

/** What a link works with. */
export interface MasterLinkOptions {
  readonly address: string;
  readonly connect: () => MasterConnection;
  readonly clock: Clock;
  /** How often to PING, in ms. */
  readonly pingMs: number;
  readonly onMessage: (channel: string, message: string) => void;
  /** It listens to the channel. */
  readonly onUp: (channel: SlotChannel) => void;
  /** It could not listen to the channel. */
  readonly onRefused: (channel: SlotChannel, error: unknown, address: string) => void;
  /** Whether a channel belongs here, as far as is known. */
  readonly isHome: (channel: SlotChannel) => boolean;
  /** These channels may have gone to another master; they are still listened to here. */
  readonly onDoubt: (channels: readonly SlotChannel[]) => void;
  /** The connection is gone, and so are the channels. */
  readonly onDown: (channels: readonly SlotChannel[], error: Error | undefined) => void;
}

/**
 * One connection to one master, made for the first channel that is listened to over it. It is not reconnected: another
 * one takes its place.
 */
export class MasterLink {
  readonly address: string;
  readonly #options: MasterLinkOptions;
  #connection: MasterConnection | undefined;
  readonly #channels = new Set<SlotChannel>();
  readonly #pulse: PushPulse;
  #isClosed = false;

  constructor(options: MasterLinkOptions) {
    this.address = options.address;
    this.#options = options;
    const { clock, pingMs } = options;
    this.#pulse = createPushPulse({
      clock,
      periodMs: pingMs,
      ask: (own) => this.#ask(own),
      onSilence: () => this.#drop(undefined),
    });
  }

  get isEmpty(): boolean {
    return this.#channels.size === 0;
  }

  /** Listens to the channel as well. */
  add(channel: SlotChannel): void {
    channel.link = this;
    this.#channels.add(channel);
    this.#connection ??= this.#connect();
    void this.#listen(channel, this.#connection);
  }

  /** Listens to it no more. */
  remove(channel: SlotChannel): void {
    channel.link = undefined;
    if (!this.#channels.delete(channel) || this.#isClosed) return;
    // A master that has lost the slot, or the connection, has forgotten it already.
    this.#connection?.call('sunsubscribe', channel.name).catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#pulse.stop();
    this.#connection?.disconnect();
  }

  #connect(): MasterConnection {
    const { connect, onMessage, onDoubt } = this.#options;
    const connection = connect();
    connection.on('smessage', onMessage);
    // An error is of the connection, or of the order of its replies: ioredis 5 loses it when a slot moves.
    connection.on('error', (error) => this.#drop(error));
    connection.on('close', () => this.#drop(undefined));
    connection.on('moved', () => onDoubt([...this.#channels]));
    this.#pulse.start(connection);
    return connection;
  }

  /** A master that has become a replica goes on as if nothing had happened: only others say so. */
  async #ask(own: RedisClient): Promise<void> {
    await own.call('PING');
    const strays = [...this.#channels].filter((channel) => !this.#options.isHome(channel));
    if (strays.length > 0 && !this.#isClosed) this.#options.onDoubt(strays);
  }

  async #listen(channel: SlotChannel, connection: MasterConnection): Promise<void> {
    try {
      await connection.call('ssubscribe', channel.name);
    } catch (error) {
      if (channel.link !== this || this.#isClosed) return;
      this.#channels.delete(channel);
      channel.link = undefined;
      this.#options.onRefused(channel, error, this.address);
      return;
    }
    if (channel.link === this && !channel.isUp) this.#options.onUp(channel);
  }

  #drop(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.close();
    for (const channel of this.#channels) channel.link = undefined;
    this.#options.onDown([...this.#channels], error);
  }
}
