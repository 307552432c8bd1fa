import type { Path, Position } from './yaml-source.ts';

/** Where the value at a path stands in the file. */
export type LocatePath = (path: Path) => Position;

/** Remembers who has a value already. */
export interface Uniqueness {
  /** Claims `value`; when another path has it, says where that is. */
  readonly claim: (path: Path, value: string) => string | undefined;
}

/** One set of values that must differ from each other. */
export function createUniqueness(locate: LocatePath): Uniqueness {
  const owners = new Map<string, Path>();
  return {
    claim(path, value) {
      const owner = owners.get(value);
      if (owner === undefined) {
        owners.set(value, path);
        return undefined;
      }
      const { line, column } = locate(owner);
      return `at line ${line}, column ${column}`;
    },
  };
}
