import type { KeyClass, Topology } from './topology.ts';

interface TrieNode {
  keyClass: KeyClass | undefined;
  readonly next: Map<number, TrieNode>;
}

/**
 * Compiles the classes of a topology into a lookup for hot paths: its cost grows with the length of
 * the longest prefix, not with the number of classes. The longest prefix wins. Keys are compared as
 * bytes; a string stands for its UTF-8 bytes.
 */
export function classOf(topology: Pick<Topology, 'classes'>): (key: string | Uint8Array) => KeyClass | undefined {
  const root: TrieNode = { keyClass: undefined, next: new Map() };
  let longest = 0;
  for (const keyClass of topology.classes) {
    const bytes = Buffer.from(keyClass.prefix);
    let node = root;
    for (const byte of bytes) {
      let next = node.next.get(byte);
      if (next === undefined) {
        next = { keyClass: undefined, next: new Map() };
        node.next.set(byte, next);
      }
      node = next;
    }
    node.keyClass = keyClass;
    longest = Math.max(longest, bytes.length);
  }
  return (key) => {
    // As many characters as the longest prefix has bytes hold at least that many bytes.
    const bytes = typeof key === 'string' ? Buffer.from(key.slice(0, longest)) : key;
    let { keyClass } = root;
    let node: TrieNode | undefined = root;
    for (let at = 0; at < bytes.length; at++) {
      node = node.next.get(bytes[at] ?? 0);
      if (node === undefined) break;
      keyClass = node.keyClass ?? keyClass;
    }
    return keyClass;
  };
}
