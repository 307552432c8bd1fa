import { nodeAddress } from '../labels/address.ts';
import type { Ring, RingShares } from '../ring/ring.ts';

/** What happens to the keys between two rings. Nodes are named by their address. */
export interface MovementPlan {
  /** Sorted by name. */
  readonly nodes: readonly NodeMovement[];
  /** The share of the keys that has another node. */
  readonly moved: number;
  /** The least share that has to move to come to the new shares: the sum of what nodes gain. */
  readonly minimum: number;
  /** Whether `moved` and `moves` are exact; if not they were counted over `samples` keys. */
  readonly exact: boolean;
  readonly samples: number;
  /** Whether the shares of the nodes are exact. */
  readonly sharesExact: boolean;
  /** The biggest first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly share: number }[];
  readonly warnings: readonly string[];
}

/** The share of a node; null where it is not in the ring. */
export interface NodeMovement {
  readonly node: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly change: number;
}

const byName = new Intl.Collator('en', { numeric: true });

/** Compares two rings node by node. */
export function movementPlan(from: Ring, to: Ring): MovementPlan {
  const old = from.shares();
  const now = to.shares();
  const before = sharesByName(from, old);
  const after = sharesByName(to, now);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(byName.compare);
  const nodes = names.map((node) => {
    const change = (after.get(node) ?? 0) - (before.get(node) ?? 0);
    return { node, before: before.get(node) ?? null, after: after.get(node) ?? null, change };
  });
  const { moved, moves, exact, samples } = from.diff(to);
  return {
    nodes,
    moved,
    minimum: nodes.reduce((sum, { change }) => sum + Math.max(0, change), 0),
    exact,
    samples,
    sharesExact: old.exact && now.exact,
    moves: moves.map((move) => {
      return { from: nodeAddress(from.nodes[move.from]!), to: nodeAddress(to.nodes[move.to]!), share: move.share };
    }),
    warnings: [...idleNodes(before, old, 'before'), ...idleNodes(after, now, 'after')],
  };
}

/** Nodes with one address are one node: an address is what keys move between. */
function sharesByName({ nodes }: Ring, { shares }: RingShares): Map<string, number> {
  const byAddress = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    const name = nodeAddress(node);
    byAddress.set(name, (byAddress.get(name) ?? 0) + shares[index]!);
  }
  return byAddress;
}

function idleNodes(shares: ReadonlyMap<string, number>, { exact, samples }: RingShares, when: string): string[] {
  const idle = [...shares].filter(([, share]) => share === 0).map(([name]) => name);
  const how = exact ? 'no key' : `none of ${samples.toLocaleString('en')} sampled keys`;
  return idle.map((name) => `${name} gets ${how} ${when}`);
}
