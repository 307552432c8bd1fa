import type { RingNode } from '../ring/ring.ts';

/** An option of a scenario that must be a number. @throws TypeError where it is none. */
export function numberOption(options: Readonly<Record<string, unknown>>, name: string): number {
  const value = options[name];
  if (typeof value !== 'number')
    throw new TypeError(`a scenario needs the number ${name}, got ${JSON.stringify(value)}`);
  return value;
}

/** An option of a scenario that must be a list. @throws TypeError where it is none. */
export function listOption(options: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = options[name];
  if (!Array.isArray(value)) throw new TypeError(`a scenario needs the list ${name}, got ${JSON.stringify(value)}`);
  return value;
}

/** Nodes that are known by their number only. */
export function numberedNodes(count: number): RingNode[] {
  return Array.from({ length: count }, (_, index) => ({ host: `bucket-${index}` }));
}

/** Nodes that are known by a name. */
export function namedNodes(names: readonly unknown[]): RingNode[] {
  return names.map((name) => ({ host: String(name), label: String(name) }));
}

/** The same nodes with weights, as far as there are any. */
export function weighted(nodes: readonly RingNode[], weights: readonly unknown[], missing: number): RingNode[] {
  return nodes.map((node, index) => ({ ...node, weight: index < weights.length ? Number(weights[index]) : missing }));
}
