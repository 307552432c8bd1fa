import { setMaxListeners } from 'node:events';

import { type Clock, withDeadline } from '@lockstep/core';

import type { DeleteReach } from '../backend/delete-spool.ts';
import type { ClaimValues, DeleteOutcome, DeleteTarget } from './apply-deletes.ts';
import { beforePosition, comparePositions, type Position, START } from './position.ts';
import { ReplayLanes } from './replay-lanes.ts';
import { publishSpoolEvent } from './spool-channel.ts';
import { deleteNameOf, type StoredEntry } from './spool-entry.ts';
import type { SpoolStore } from './spool-store.ts';

/** Entries of one read: what is the same among them is deleted once. */
const readSize = 1000;
/** Deletes of one pass that are remembered, so that later entries of theirs need none. */
const maxRemembered = 10_000;

/** What a replayer is made of. */
export interface ReplayerOptions {
  readonly store: SpoolStore;
  readonly target: DeleteTarget;
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxRetryMs: number;
  /** What the deletes of one node may take, in milliseconds. */
  readonly applyTimeoutMs: number;
}

/** How a pass goes. */
export interface PassOptions {
  readonly signal: AbortSignal;
  /** Asked before every read; the pass ends when it says no. @default it never does */
  readonly mayGoOn?: () => Promise<boolean>;
  /** Leaves the entries of other pools alone. @default all pools */
  readonly pool?: string | undefined;
  /** Begins with the first entry, and tries every node. @default false */
  readonly all?: boolean;
}

/** What a pass did. */
export interface PassReport {
  /** Deletes that their node confirmed. */
  readonly deletes: number;
  /** Entries that these made up for, which are gone now. */
  readonly entries: number;
  /** Entries that were not confirmed or not tried. */
  readonly left: number;
}

interface Group {
  readonly lane: string;
  readonly pool: string;
  readonly node: string;
  readonly reach: DeleteReach | undefined;
  readonly deletes: Map<string, { readonly key: Buffer; readonly positions: Position[] }>;
}

/** Carries out the deletes of one store, node by node, and removes those that were confirmed. */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #lanes: ReplayLanes;
  #cursor: Position = START;

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#lanes = new ReplayLanes(options);
  }

  /** Nodes that did not confirm and are waited for. */
  get waitingNodes(): number {
    return this.#lanes.size;
  }

  /** Milliseconds until there is a node to try again. */
  nextInMs(): number {
    return this.#lanes.nextInMs();
  }

  /** Has the next pass begin with the first entry: another process may have gone on, or Redis have lost its end. */
  rewind(): void {
    this.#cursor = START;
  }

  /**
   * Goes through what is new, and what waits for nodes whose time has come. Deletes that are on their way when
   * the signal aborts may be carried out once more.
   *
   * @throws what the store rejects with, or the signal's reason; the next pass begins with the first entry then.
   */
  async pass(options: PassOptions): Promise<PassReport> {
    if (options.all === true) {
      this.#lanes.forgive();
      this.rewind();
    }
    try {
      return await this.#pass(options);
    } catch (error) {
      this.rewind();
      throw error;
    }
  }

  async #pass({ signal, mayGoOn, pool }: PassOptions): Promise<PassReport> {
    const { store } = this.#options;
    // Every delete that is on its way listens to it, and Node would warn of a leak.
    setMaxListeners(0, signal);
    const cursor = this.#cursor;
    const due = this.#lanes.begin();
    let at = cursor;
    for (const from of due.values()) {
      if (from !== undefined && comparePositions(from, at) <= 0) at = beforePosition(from);
    }
    const open = new Set(due.keys());
    const report = { deletes: 0, entries: 0, left: 0 };
    // What is in the store by now is made up for by any delete that is sent from now on.
    const tail = await store.tail();
    const done = new Set<string>();
    for (;;) {
      if (mayGoOn !== undefined && !(await mayGoOn())) {
        this.rewind();
        return report;
      }
      signal.throwIfAborted();
      const { entries, next } = await store.read(at, readSize);
      const wanted = pool === undefined ? entries : entries.filter((entry) => entry.pool === pool);
      await this.#replay(wanted, { tail, done, report, signal });
      at = next ?? entries.at(-1)?.position ?? at;
      if (next === undefined) break;
      for (const lane of open) if (this.#lanes.isWaiting(lane)) open.delete(lane);
      // Every node that was due has failed again: what it has before the cursor was seen by earlier passes.
      if (open.size === 0 && comparePositions(at, cursor) < 0) at = cursor;
    }
    // A look at one pool only says nothing of the others.
    if (pool !== undefined) this.rewind();
    else {
      this.#cursor = comparePositions(at, cursor) > 0 ? at : cursor;
      this.#lanes.end(due.keys());
    }
    return report;
  }

  async #replay(
    entries: readonly StoredEntry[],
    pass: {
      readonly tail: Position;
      readonly done: Set<string>;
      readonly report: { deletes: number; entries: number; left: number };
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { store } = this.#options;
    const { tail, done, report, signal } = pass;
    const groups = new Map<string, Group>();
    const covered: Position[] = [];
    for (const entry of entries) {
      const name = deleteNameOf(entry);
      if (done.has(name) && comparePositions(entry.position, tail) <= 0) covered.push(entry.position);
      else if (!this.#assign(groups, name, entry)) report.left++;
    }
    if (covered.length > 0) await store.remove(covered);
    report.entries += covered.length;
    const settled = await Promise.allSettled(
      Array.from(groups.values(), async (group) => {
        const outcomes = await this.#apply(group, signal);
        const confirmed: Position[] = [];
        let index = 0;
        let deletes = 0;
        for (const [name, { positions }] of group.deletes) {
          const outcome = outcomes[index++];
          if (outcome?.isRefused === true) {
            confirmed.push(...positions);
            publishSpoolEvent({ type: 'dropped', pool: group.pool, count: positions.length, error: outcome.error });
          }
          if (outcome?.confirmed !== true) continue;
          confirmed.push(...positions);
          // A proof is for the entries before it.
          if (outcome.isKept === true) continue;
          deletes++;
          if (done.size < maxRemembered) done.add(name);
        }
        this.#learn(group, outcomes, deletes);
        const all = [...group.deletes.values()].reduce((sum, { positions }) => sum + positions.length, 0);
        report.left += all - confirmed.length;
        if (confirmed.length === 0) return;
        // As soon as this node has confirmed, whatever others take.
        await store.remove(confirmed);
        report.deletes += deletes;
        report.entries += confirmed.length;
        publishSpoolEvent({ type: 'replayed', pool: group.pool, deletes, entries: confirmed.length });
      }),
    );
    for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Puts an entry to those of its node. False when the node is left alone for now. */
  #assign(groups: Map<string, Group>, name: string, { pool, key, reach, position }: StoredEntry): boolean {
    let node: string;
    try {
      // One node that is down must hold up none but the entries that need it.
      node = reach === 'everywhere' ? 'every node' : (this.#options.target.nodeOf?.(pool, key) ?? '');
    } catch (error) {
      const lane = `${pool}\n`;
      if (this.#lanes.isWaiting(lane)) this.#lanes.passOver(lane, position);
      else this.#tellWaiting(pool, '', error, this.#lanes.fail(lane, position));
      return false;
    }
    const lane = `${pool}\n${node}`;
    if (this.#lanes.isWaiting(lane)) {
      this.#lanes.passOver(lane, position);
      return false;
    }
    const groupName = `${lane}\n${reach ?? ''}`;
    let group = groups.get(groupName);
    if (group === undefined) groups.set(groupName, (group = { lane, pool, node, reach, deletes: new Map() }));
    const known = group.deletes.get(name);
    if (known === undefined) group.deletes.set(name, { key, positions: [position] });
    else known.positions.push(position);
    return true;
  }

  async #apply(group: Group, signal: AbortSignal): Promise<readonly DeleteOutcome[]> {
    const { pool, reach, deletes } = group;
    const { target, clock, applyTimeoutMs: ms } = this.#options;
    const claim = this.#claimOf(group);
    const keys = Array.from(deletes.values(), ({ key }) => key);
    const onTimeout = (): Error => new Error(`the deletes were not confirmed within ${ms} ms`);
    try {
      return await withDeadline(target.apply(pool, keys, { signal, reach, claim }), { ms, signal, clock, onTimeout });
    } catch (error) {
      signal.throwIfAborted();
      return keys.map(() => ({ confirmed: false, error }));
    }
  }

  #claimOf({ pool, node, reach, deletes }: Group): ClaimValues | undefined {
    const { store, target } = this.#options;
    if (store.claim === undefined || reach === 'everywhere') return undefined;
    return (values) => {
      const found = values.map(({ key, cas }) => {
        const position = deletes.get(deleteNameOf({ pool, key, reach }))!.positions.at(-1)!;
        // After a change of the ring the value is not that of the node that was looked at.
        const isSame = (target.nodeOf?.(pool, key) ?? '') === node;
        return { pool, key, position, cas, node: isSame ? node : `not ${node}` };
      });
      return store.claim!(found);
    };
  }

  /** A node that did not confirm all is left alone for a time, a short one when it confirmed some. */
  #learn(group: Group, outcomes: readonly DeleteOutcome[], confirmed: number): void {
    const rest = [...group.deletes.values()].filter((_, index) => !isOver(outcomes[index]));
    const [first] = rest;
    if (first === undefined) return;
    const error = outcomes.find((outcome) => !isOver(outcome))?.error;
    const delayMs = this.#lanes.fail(group.lane, first.positions[0]!, { isAnswering: confirmed > 0 });
    for (const { positions } of rest) this.#lanes.passOver(group.lane, positions[0]!);
    this.#tellWaiting(group.pool, group.node, error, delayMs);
  }

  #tellWaiting(pool: string, node: string, error: unknown, retryInMs: number): void {
    publishSpoolEvent({ type: 'waiting', pool, node, error, retryInMs });
  }
}

/** Confirmed, or never to be. */
function isOver(outcome: DeleteOutcome | undefined): boolean {
  return outcome?.confirmed === true || outcome?.isRefused === true;
}
