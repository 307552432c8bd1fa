import { describeError } from '@lockstep/core';
import { createRing, type RingNode } from '@lockstep/hashring';

import { parseHostPort } from './address.ts';
import { describePath, entriesOf, itemsOf, poolPathsOf, valueAt } from './document.ts';
import { mainPoolName } from './pool-topology.ts';
import { ringOptionsOf } from './ring-options.ts';
import { type NodeDocument, toNode } from './sections/pool-section.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

/** Builds the ring of every pool whose shape is right, and says why one cannot be built. */
export function findRingProblems(document: unknown): Finding[] {
  return entriesOf(valueAt(document, 'regions')).flatMap(([name, region]) =>
    poolPathsOf(region).flatMap((pool) => [
      ...ringProblems(['regions', name, ...pool], valueAt(region, ...pool)),
      ...gutterProblems(['regions', name, ...pool], valueAt(region, ...pool), region),
    ]),
  );
}

function ringProblems(path: Path, pool: unknown): Finding[] {
  const hash = valueAt(pool, 'hash');
  const preset = valueAt(pool, 'preset');
  const nodes = itemsOf(valueAt(pool, 'nodes'));
  const where: Path = [...path, hash !== undefined ? 'hash' : preset === undefined ? 'nodes' : 'preset'];
  try {
    const options = ringOptionsOf({ hash, preset });
    const isGood = nodes.length > 0 && nodes.every((node, index) => isGoodNode(node, nodes.slice(0, index)));
    // Other rules tell of nodes that are wrong; the ring is then tried with one that is right.
    const members: readonly RingNode[] = isGood ? nodes.map((node) => toNode(node as NodeDocument)) : [{ host: 'any' }];
    createRing(members, options);
    return [];
  } catch (error) {
    return [{ path: where, part: 'value', message: `${describePath(where)}: ${describeError(error)}` }];
  }
}

function isGoodNode(node: unknown, earlier: readonly unknown[]): boolean {
  const address = valueAt(node, 'address');
  const weight = valueAt(node, 'weight') ?? 1;
  const label = valueAt(node, 'label');
  if (typeof address !== 'string' || (label !== undefined && typeof label !== 'string')) return false;
  if (!Number.isInteger(weight) || (weight as number) < 1) return false;
  if (earlier.some((other) => valueAt(other, 'address') === address)) return false;
  return address.startsWith('/') || !('problem' in parseHostPort(address, address));
}

function gutterProblems(path: Path, pool: unknown, region: unknown): Finding[] {
  const failover = valueAt(pool, 'failover');
  const gutter = valueAt(pool, 'gutter');
  if (failover === 'gutter' && gutter === undefined) {
    const message = `failover: gutter in ${describePath(path)} needs gutter: the name of another pool`;
    return [{ path: [...path, 'failover'], part: 'value', message }];
  }
  if (typeof gutter !== 'string') return [];
  const where: Path = [...path, 'gutter'];
  if (failover !== 'gutter') {
    return [{ path: where, part: 'value', message: `gutter has no effect without failover: gutter; add it` }];
  }
  const own = path.at(-1) === 'pool' ? mainPoolName : path.at(-1);
  const names = [mainPoolName, ...entriesOf(valueAt(region, 'pools')).map(([name]) => name)];
  if (gutter === own || !names.includes(gutter)) {
    const message = `${describePath(where)} must name another pool of the region, got ${JSON.stringify(gutter)}`;
    return [{ path: where, part: 'value', message }];
  }
  const target = gutter === mainPoolName ? valueAt(region, 'pool') : valueAt(region, 'pools', gutter);
  if (valueAt(target, 'failover') !== 'gutter') return [];
  const message = `the pool ${JSON.stringify(gutter)} has a gutter of its own; a gutter must not`;
  return [{ path: where, part: 'value', message }];
}
