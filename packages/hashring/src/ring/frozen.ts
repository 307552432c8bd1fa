import type { RingNode } from './ring.ts';

/**
 * A frozen copy of a node, also of one whose fields are getters of a class. What is frozen already is returned as it is,
 * so that changed rings share their nodes.
 */
export function frozenNode<Node extends RingNode>(node: Node): Node {
  if (Object.isFrozen(node)) return node;
  const { host, port, weight, label } = node;
  const fields = Object.entries({ host, port, weight, label }).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...node, ...Object.fromEntries(fields) });
}

/** A frozen copy of options, with frozen copies of the lists in it. */
export function frozenOptions<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([name, value]: [string, unknown]) => {
    return [name, Array.isArray(value) ? Object.freeze([...(value as unknown[])]) : value];
  });
  return Object.freeze(Object.fromEntries(entries)) as Options;
}
