import { type Clock, createBackoff, type Timer } from '@lockstep/core';

import { type ClusterClient, findMaster } from './cluster-client.ts';
import { hashSlot } from './hash-slot.ts';
import { MasterLink } from './master-link.ts';
import { toLockError } from './redis-failure.ts';
import { SlotChannel } from './slot-channel.ts';

/** In ms: so long a channel is kept that nobody waits at, and so many of them: many locks are waited for again and again. */
const LINGER_MS = 10_000;
const MAX_LINGERING = 1000;
/** In ms: what is listened to again within it is told of once. */
const GATHER_MS = 5;

/** What to listen to. */
export interface SlotSubscriptionOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly pingMs: number;
  readonly onPush: (message: string) => void;
  /** It listens again; what was pushed before may have been missed. */
  readonly onListening: () => void;
  /** The Cluster has no such channels, or does not allow them. */
  readonly onUnsupported: () => void;
  readonly onError: (error: Error) => void;
}

/** Hears what is pushed in the slots of the locks that are waited for: one connection to each master that has one of them. */
export interface SlotSubscription {
  isListeningTo(channel: string): boolean;
  /** Resolves with whether it is listened to, at the latest after `ms`. */
  ensure(channel: string, ms: number): Promise<boolean>;
  waits(channel: string, owner: string): void;
  left(channel: string, owner: string): void;
  close(): void;
}

/** Makes one that listens to nothing yet. */
export function createSlotSubscription(options: SlotSubscriptionOptions): SlotSubscription {
  const { client, clock, random, pingMs, onPush, onListening, onUnsupported, onError } = options;
  const pauses = createBackoff({ minMs: 20, maxMs: 500, random });
  const channels = new Map<string, SlotChannel>();
  const links = new Map<string, MasterLink>();
  /** Those that have no link, until it is tried again. */
  const waiting = new Set<SlotChannel>();
  /** Since when nobody waits at a channel, the longest first. */
  const lingering = new Map<SlotChannel, number>();
  let retry: Timer | undefined;
  let sweep: Timer | undefined;
  let gathering: Timer | undefined;
  /** Of one round of attempts one failure is told. */
  let isReported = false;
  let isClosed = false;

  function open(name: string): SlotChannel {
    let channel = channels.get(name);
    if (channel === undefined) {
      channel = new SlotChannel(name, hashSlot(name));
      channels.set(name, channel);
      place(channel);
    }
    return channel;
  }

  function place(channel: SlotChannel): void {
    const found = findMaster(client, channel.slot, channel.movedTo);
    channel.movedTo = undefined;
    if (found === undefined) return placeLater(channel);
    const { address, node } = found;
    let link = links.get(address);
    if (link === undefined) {
      const made = new MasterLink({
        address,
        connect: () => node.duplicate({ readOnly: false }),
        clock,
        pingMs,
        onMessage: (name, message) => {
          if (channels.has(name)) onPush(message);
        },
        onUp,
        onRefused,
        isHome({ slot, movedFrom }) {
          const at = client.slots[slot]?.[0];
          return at === undefined || at === address || at === movedFrom;
        },
        onDoubt: (doubted) => doubted.forEach(placeLater),
        onDown: (lost, error) => {
          links.delete(address);
          if (error !== undefined) report(error);
          lost.forEach(placeLater);
        },
      });
      link = made;
      links.set(address, made);
    }
    if (channel.link !== link) {
      // The old one may have accepted it since it was in doubt.
      channel.isUp = false;
      channel.link?.remove(channel);
    }
    link.add(channel);
  }

  function placeLater(channel: SlotChannel): void {
    channel.isUp = false;
    waiting.add(channel);
    if (isClosed || retry !== undefined) return;
    // It is looked up meanwhile; if that fails, a node says it when it is asked, or the next look.
    client.refreshSlotsCache(() => undefined);
    retry = clock.setTimer(placeAll, pauses.next());
  }

  function placeAll(): void {
    retry = undefined;
    isReported = false;
    const all = [...waiting];
    waiting.clear();
    for (const channel of all) place(channel);
    for (const link of links.values()) closeIfEmpty(link);
  }

  function closeIfEmpty(link: MasterLink): void {
    if (!link.isEmpty) return;
    links.delete(link.address);
    link.close();
  }

  function report(error: unknown): void {
    if (!isReported) onError(toLockError(error));
    isReported = true;
  }

  function onUp(channel: SlotChannel): void {
    pauses.reset();
    channel.settle(true);
    if (channel.isMissed) {
      gathering ??= clock.setTimer(() => {
        gathering = undefined;
        onListening();
      }, GATHER_MS);
    }
    channel.isMissed = true;
  }

  function onRefused(channel: SlotChannel, error: unknown, address: string): void {
    const said = error instanceof Error ? error.message : '';
    if (/^(?:ERR unknown command|NOPERM)/u.test(said)) {
      close();
      onUnsupported();
      return;
    }
    const moved = /^MOVED \d+ (\S+)/u.exec(said);
    if (moved === null) {
      report(error);
    } else {
      channel.movedTo = moved[1];
      channel.movedFrom = address;
    }
    placeLater(channel);
  }

  function lingerIfIdle(channel: SlotChannel): void {
    if (isClosed || channel.owners.size > 0 || channel.ensuring.size > 0) return;
    lingering.set(channel, clock.monotonic());
    if (lingering.size === MAX_LINGERING + 1) {
      // Not in this turn: whoever has just been told that it is up is about to wait at it.
      sweep?.cancel();
      sweep = clock.setTimer(forgetOld, 0);
    }
    sweep ??= clock.setTimer(forgetOld, LINGER_MS);
  }

  function forgetOld(): void {
    sweep = undefined;
    for (const [channel, since] of lingering) {
      const restMs = since + LINGER_MS - clock.monotonic();
      if (restMs > 0 && lingering.size <= MAX_LINGERING) {
        sweep = clock.setTimer(forgetOld, restMs);
        return;
      }
      forget(channel);
    }
  }

  function forget(channel: SlotChannel): void {
    lingering.delete(channel);
    channels.delete(channel.name);
    waiting.delete(channel);
    const { link } = channel;
    if (link === undefined) return;
    link.remove(channel);
    closeIfEmpty(link);
  }

  function close(): void {
    isClosed = true;
    for (const timer of [retry, sweep, gathering]) timer?.cancel();
    for (const link of links.values()) link.close();
    for (const channel of channels.values()) channel.settle(false);
    channels.clear();
    links.clear();
    waiting.clear();
    lingering.clear();
  }

  return {
    isListeningTo: (name) => channels.get(name)?.isUp === true,
    ensure(name, ms) {
      if (isClosed) return Promise.resolve(false);
      const channel = open(name);
      const { isUp, ensuring } = channel;
      if (isUp) return Promise.resolve(true);
      lingering.delete(channel);
      return new Promise((resolve) => {
        const settle = (isNowUp: boolean): void => {
          timer.cancel();
          ensuring.delete(settle);
          lingerIfIdle(channel);
          resolve(isNowUp);
        };
        const timer = clock.setTimer(() => {
          channel.isMissed = true;
          settle(false);
        }, ms);
        ensuring.add(settle);
      });
    },
    waits(name, owner) {
      const channel = channels.get(name);
      channel?.owners.add(owner);
      if (channel !== undefined) lingering.delete(channel);
    },
    left(name, owner) {
      const channel = channels.get(name);
      if (channel?.owners.delete(owner) === true) lingerIfIdle(channel);
    },
    close,
  };
}
