import { withDeadline } from '@lockstep/core';
import type { NodeAddress } from '@lockstep/memcache';

import { clearNode } from './clear-node.ts';

/** What a clearer needs. */
export interface ClassClearerOptions {
  /** Every memcached that may hold keys that begin with a prefix, as of now. */
  readonly nodesOf: (prefix: Buffer) => readonly NodeAddress[];
  /** Whether a key stays all the same, because no other region ever writes it. @default none does */
  readonly isKept?: (key: Buffer) => boolean;
  /** Told when a server could not walk over its keys and was emptied. */
  readonly onFlushed?: (node: NodeAddress) => void;
}

interface Round {
  /** By their bytes as characters, so that each is there once. */
  readonly prefixes: Map<string, Buffer>;
  readonly done: Promise<void>;
}

/**
 * Clears classes of keys, with one walk over each server at a time. Who asks while one is under way waits for the
 * next one, all of them for the same: a class that overflowed in sixteen shards is not walked sixteen times.
 */
export class ClassClearer {
  readonly #options: ClassClearerOptions;
  #running: Promise<void> = Promise.resolve();
  /** The round that has not begun; what is asked for joins it. */
  #next: Round | undefined;

  constructor(options: ClassClearerOptions) {
    this.#options = options;
  }

  /** Resolves when no key is left that was there at the call and starts with one of `prefixes`. @throws what kept it from that. */
  clear(prefixes: readonly Buffer[], { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const round = (this.#next ??= this.#plan(timeoutMs));
    for (const prefix of prefixes) round.prefixes.set(prefix.toString('latin1'), prefix);
    return withDeadline(round.done, { ms: timeoutMs, onTimeout: () => new Error(`not cleared in ${timeoutMs} ms`) });
  }

  #plan(timeoutMs: number): Round {
    const prefixes = new Map<string, Buffer>();
    const done = this.#running.then(() => {
      this.#next = undefined;
      return this.#run([...prefixes.values()], timeoutMs);
    });
    this.#running = done.catch(() => {});
    return { prefixes, done };
  }

  async #run(prefixes: readonly Buffer[], timeoutMs: number): Promise<void> {
    const { nodesOf, onFlushed, isKept = () => false } = this.#options;
    const byNode = new Map<string, { readonly node: NodeAddress; readonly prefixes: Buffer[] }>();
    for (const prefix of prefixes) {
      for (const node of nodesOf(prefix)) {
        const name = JSON.stringify(node);
        const entry = byNode.get(name) ?? { node, prefixes: [] };
        byNode.set(name, entry);
        entry.prefixes.push(prefix);
      }
    }
    const signal = AbortSignal.timeout(timeoutMs);
    const outcomes = await Promise.allSettled(
      [...byNode.values()].map(async ({ node, prefixes: meant }) => {
        if ((await clearNode(node, meant, { signal, isKept })) === 'flushed') onFlushed?.(node);
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
