import type { ClassPolicy, Topology } from './topology.ts';

/** What a key with no class gets. */
const defaultPolicy: ClassPolicy = 'invalidate';

interface TrieNode {
  policy: ClassPolicy | undefined;
  readonly next: Map<number, TrieNode>;
}

/**
 * Compiles the classes of a topology into a lookup for hot paths: its cost grows with the length of
 * the longest prefix, not with the number of classes. The longest prefix wins; a key without a class
 * is `invalidate`. Keys are compared as bytes; a string stands for its UTF-8 bytes.
 */
export function policyOf(topology: Pick<Topology, 'classes'>): (key: string | Uint8Array) => ClassPolicy {
  const root: TrieNode = { policy: undefined, next: new Map() };
  let longest = 0;
  for (const { prefix, policy } of topology.classes) {
    const bytes = Buffer.from(prefix);
    let node = root;
    for (const byte of bytes) {
      let next = node.next.get(byte);
      if (next === undefined) {
        next = { policy: undefined, next: new Map() };
        node.next.set(byte, next);
      }
      node = next;
    }
    node.policy = policy;
    longest = Math.max(longest, bytes.length);
  }
  return (key) => {
    // As many characters as the longest prefix has bytes hold at least that many bytes.
    const bytes = typeof key === 'string' ? Buffer.from(key.slice(0, longest)) : key;
    let policy = root.policy ?? defaultPolicy;
    let node: TrieNode | undefined = root;
    for (let at = 0; at < bytes.length; at++) {
      node = node.next.get(bytes[at] ?? 0);
      if (node === undefined) break;
      policy = node.policy ?? policy;
    }
    return policy;
  };
}
