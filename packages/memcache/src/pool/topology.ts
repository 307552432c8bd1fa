import type { Ring, RingKey, RingNode } from '@lockstep/hashring';

import type { Member } from './member.ts';
import { canEject, WalkOrder } from './walk-order.ts';

/** How the keys of a node that is down find another one. */
export type Detour = 'none' | 'sequence' | 'eject';

/** One ring with the members that stand for its nodes. Immutable but for which members are ejected. */
export class Topology {
  readonly ring: Ring;
  /** In the order of `ring.nodes`; a node that occurs twice has one member. */
  readonly members: readonly Member[];
  readonly #order: WalkOrder;
  readonly #detour: Detour;
  /** The ring without those that are down. Undefined when none is left. */
  #live: Ring | undefined;

  constructor(ring: Ring, members: readonly Member[], detour: Detour) {
    this.ring = ring;
    this.members = members;
    this.#order = new WalkOrder(ring);
    // Where the clients of the ring do not eject, their own order is what comes closest.
    this.#detour = detour === 'eject' && !canEject(ring) ? 'sequence' : detour;
    this.refresh();
  }

  /** False while some keys are not where the whole ring puts them, although their node serves. */
  get isWhole(): boolean {
    return this.#live === this.ring;
  }

  /** True when nodes that are down are taken out of the ring. */
  get ejects(): boolean {
    return this.#detour === 'eject';
  }

  /** The member that owns the key in the whole ring. */
  home(key: RingKey): Member {
    return this.members[this.ring.pick(key)]!;
  }

  /** The member that calls on the key go to now: its home, or who stands in for it. Undefined when nobody does. */
  current(key: RingKey): Member | undefined {
    if (this.#detour === 'none') {
      const home = this.home(key);
      return home.serves() ? home : undefined;
    }
    if (this.#detour === 'sequence') {
      const index = this.#order.find(key, (candidate) => this.members[candidate]!.serves());
      return index === undefined ? undefined : this.members[index];
    }
    // Asking a member whether it serves may take it out, which changes the ring; each can go but once.
    for (let attempt = 0; attempt <= this.members.length && this.#live !== undefined; attempt++) {
      const member = this.members[this.#live.pick(key)]!;
      if (member.serves()) return member;
    }
    return undefined;
  }

  /** Follows a member that went down or came up. */
  refresh(): void {
    if (this.#detour !== 'eject') {
      this.#live = this.ring;
      return;
    }
    const dead = [...this.members.keys()].filter((index) => this.members[index]!.isDown);
    this.#live = this.#order.without(dead);
  }

  /** True when it has the node of that member. */
  has(member: Member): boolean {
    return this.members.includes(member);
  }

  /** Every member once. */
  distinct(): Member[] {
    return [...new Set(this.members)];
  }

  nodeOf(index: number): RingNode {
    return this.ring.nodes[index]!;
  }
}
