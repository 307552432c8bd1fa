import { describeError } from '@lockstep/core';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type Pair } from 'yaml';

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong in a file, and what would be right. */
export interface Problem extends Position {
  readonly message: string;
}

/** The way from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** A parsed YAML file that still knows where each value stood. */
export interface YamlSource {
  /** The plain value, or undefined where the text is not YAML at all. */
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands, or its key; the nearest parent's key where there is none. */
  locate(path: Path, part: 'key' | 'value'): Position;
}

/** Parses YAML 1.2. Never throws: what is wrong is in `problems`. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings];
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = faults.map((fault) => ({
    ...positionAt(fault.pos[0]),
    message:
      fault.code === 'DUPLICATE_KEY'
        ? 'this key is in the map twice; keep one of the two'
        : `not valid YAML: ${fault.message.replaceAll(/\s+/g, ' ')}`,
  }));
  let value: unknown;
  // A document with a duplicate key is whole otherwise; after any other error its shape is a guess.
  if (faults.every((fault) => fault.code === 'DUPLICATE_KEY')) {
    try {
      value = document.toJS();
    } catch (error) {
      problems.push({ line: 1, column: 1, message: `not valid YAML: ${describeError(error)}` });
    }
  }
  return {
    value,
    problems,
    locate(path, part) {
      return positionAt(
        offsetOf(path, part, document.contents, (node) => (isAlias(node) ? node.resolve(document) : node)),
      );
    },
  };
}

type Resolve = (node: Node | null | undefined) => Node | null | undefined;

function offsetOf(path: Path, part: 'key' | 'value', root: Node | null, resolve: Resolve): number {
  let node: Node | null | undefined = root;
  // The root has no key: it begins where the file begins.
  let keyOffset = 0;
  for (const step of path) {
    const parent = resolve(node);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => keyText(item) === String(step));
      if (pair === undefined) return keyOffset;
      keyOffset = startOf(pair.key) ?? keyOffset;
      node = isNode(pair.value) ? pair.value : undefined;
    } else if (isSeq(parent)) {
      const item = parent.items[Number(step)];
      if (!isNode(item)) return keyOffset;
      keyOffset = startOf(item) ?? keyOffset;
      node = item;
    } else {
      return keyOffset;
    }
  }
  return part === 'key' || isEmpty(node) ? keyOffset : (startOf(node) ?? keyOffset);
}

function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** A value that is not written at all, as in `pool:` and nothing after it. */
function isEmpty(node: Node | null | undefined): boolean {
  return node == null || (isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}
