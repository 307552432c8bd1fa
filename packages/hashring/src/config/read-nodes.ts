import type { RingNode } from '../ring/ring.ts';
import { isRecord } from './is-record.ts';
import { parseNode } from './parse-node.ts';

const FIELDS = { host: 'string', port: 'number', weight: 'number', label: 'string' } as const;
const NAMES = Object.keys(FIELDS).join(', ');

/**
 * Reads the `nodes` of a configuration: maps of `host`, `port`, `weight` and `label`, or text.
 *
 * @param problems gets every mistake, with the field that it is in.
 */
export function readNodes(nodes: unknown, problems: string[]): RingNode[] {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    problems.push(`nodes must be a list of at least one node, got ${JSON.stringify(nodes) ?? 'none'}`);
    return [];
  }
  return nodes.map((node: unknown, index) => readNode(node, `nodes[${index}]`, problems));
}

function readNode(node: unknown, field: string, problems: string[]): RingNode {
  if (typeof node === 'string') {
    try {
      return parseNode(node);
    } catch (error) {
      problems.push(`${field}: ${(error as SyntaxError).message}`);
    }
  } else if (isRecord(node)) {
    checkFields(node, field, problems);
  } else {
    problems.push(`${field} must be a text as host:port or a map of ${NAMES}, got ${JSON.stringify(node)}`);
  }
  return node as RingNode;
}

function checkFields(node: Readonly<Record<string, unknown>>, field: string, problems: string[]): void {
  if (node['host'] === undefined) problems.push(`${field} needs a host`);
  for (const [name, value] of Object.entries(node)) {
    if (!Object.hasOwn(FIELDS, name)) {
      problems.push(`${field}.${name} is not known: a node has ${NAMES}`);
    } else if (typeof value !== FIELDS[name as keyof typeof FIELDS]) {
      problems.push(`${field}.${name} must be a ${FIELDS[name as keyof typeof FIELDS]}, got ${JSON.stringify(value)}`);
    }
  }
}
