import { algorithms } from '../algorithms/algorithms.ts';
import type { OptionRule } from '../algorithms/option-rules.ts';
import { nodeAddress } from '../labels/address.ts';
import type { Ring, RingNode } from '../ring/ring.ts';

/** The algorithm of a ring, in a line: with its hash, and the options that are not as they are by default. */
export function describeOptions(ring: Ring): string {
  const { algorithm = 'ketama', ...options } = ring.options;
  const rules = algorithms[algorithm].options as Readonly<Record<string, OptionRule<unknown>>>;
  const pairs = Object.entries<unknown>(options)
    .filter(([name, value]) => name === 'hash' || JSON.stringify(value) !== JSON.stringify(rules[name]?.default))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [algorithm, ...pairs].join(' ');
}

/** How many nodes, and which as far as they fit in a line. */
export function describeNodes(nodes: readonly RingNode[]): string {
  const names = nodes.map((node) => {
    return nodeAddress(node) + (node.weight === undefined || node.weight === 1 ? '' : ` (weight ${node.weight})`);
  });
  const shown = names.slice(0, 8).join(', ');
  const more = names.length > 8 ? `, … ${names.length - 8} more` : '';
  return `${names.length} ${names.length === 1 ? 'node' : 'nodes'}: ${shown}${more}`;
}

/** A key as it is printed: in quotes where it holds what would break a line or a column. */
export function printableKey(key: string): string {
  return /^[^\s"\p{C}]+$/u.test(key) ? key : JSON.stringify(key);
}
