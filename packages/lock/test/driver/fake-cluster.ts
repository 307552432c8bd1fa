import { EventEmitter } from 'node:events';

import type { ClusterClient } from '../../src/driver/redis/cluster-client.ts';

/** A connection to a master that is not there. */
export interface FakeLink extends EventEmitter {
  readonly channels: ReadonlySet<string>;
}

/** Two masters that share the slots and know nothing but channels. */
export interface FakeCluster {
  readonly client: ClusterClient;
  /** To which masters there are connections. */
  open(): string[];
  /** The newest connection to a master. */
  last(address: string): FakeLink;
  /** What a master says to whoever wants to listen; undefined: welcome. */
  refuse(address: string, answer: string | undefined): void;
  /** What is open to it now is not answered any more. */
  silence(address: string): void;
  /** What is opened to it next is never answered. */
  silenceNext(address: string): void;
  /** Nobody is told that a master listens to him before what is returned is called. */
  hold(address: string): () => void;
  /** The arguments of a command, as all masters got it. */
  heard(command: string): unknown[];
  /** How often the slots were looked up. */
  lookups(): number;
  /** No slot has a master any more. */
  forget(): void;
  know(addresses: readonly [string, string]): void;
}

/** Makes one; the first address has the first half of the slots. */
export function createFakeCluster(addresses: readonly [string, string]): FakeCluster {
  const slots: string[][] = [];
  const answers = new Map<string, string>();
  const held = new Map<string, Promise<void>>();
  const links: { readonly address: string; readonly link: FakeLink; isOpen: boolean; isSilent: boolean }[] = [];
  const heard: { readonly command: string; readonly argument: unknown }[] = [];
  const silentNext = new Set<string>();
  let lookups = 0;

  function know([first, second]: readonly [string, string]): void {
    for (let slot = 0; slot < 16_384; slot++) slots[slot] = [slot < 8192 ? first : second];
  }

  function connect(address: string): ReturnType<ReturnType<ClusterClient['nodes']>[number]['duplicate']> {
    const channels = new Set<string>();
    const link: FakeLink = Object.assign(new EventEmitter(), { channels });
    const record = { address, link, isOpen: true, isSilent: silentNext.delete(address) };
    links.push(record);
    const call = async (command: string, argument?: unknown): Promise<unknown> => {
      heard.push({ command, argument });
      if (record.isSilent) return new Promise(() => undefined);
      if (command === 'ssubscribe') await held.get(address);
      const answer = answers.get(address);
      if (command === 'ssubscribe' && answer !== undefined) throw new Error(answer);
      if (command === 'ssubscribe') channels.add(argument as string);
      return 1;
    };
    const disconnect = (): void => void (record.isOpen = false);
    return Object.assign(link, { call, callBuffer: call, duplicate: () => connect(address), disconnect });
  }

  know(addresses);
  const call = (): Promise<never> => Promise.reject(new Error('nothing is asked of the Cluster'));
  return {
    client: {
      call,
      callBuffer: call,
      duplicate: () => connect('any'),
      slots,
      nodes: () =>
        addresses.map((address) => {
          const [host, port] = address.split(':') as [string, string];
          return { options: { host, port: Number(port) }, duplicate: () => connect(address) };
        }),
      refreshSlotsCache: () => void lookups++,
    },
    open: () => links.filter(({ isOpen }) => isOpen).map(({ address }) => address),
    last: (address) => links.findLast((one) => one.address === address)!.link,
    refuse(address, answer) {
      if (answer === undefined) answers.delete(address);
      else answers.set(address, answer);
    },
    silence(address) {
      for (const one of links) if (one.address === address) one.isSilent = true;
    },
    silenceNext: (address) => void silentNext.add(address),
    hold(address) {
      let answer: () => void = () => undefined;
      held.set(address, new Promise((resolve) => (answer = resolve)));
      return () => {
        held.delete(address);
        answer();
      };
    },
    heard: (command) => heard.filter((one) => one.command === command).map(({ argument }) => argument),
    lookups: () => lookups,
    forget: () => void slots.splice(0),
    know,
  };
}
