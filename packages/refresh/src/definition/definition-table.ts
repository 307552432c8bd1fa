import { RefreshError } from '../refresh-error.ts';
import type { RefreshDefinition } from './refresh-definition.ts';
import { splitKey } from './refresh-key.ts';

/** A key with the source that it belongs to. */
export interface KnownKey {
  readonly key: string;
  readonly id: string;
  readonly definition: RefreshDefinition;
}

/** The sources that a process knows. */
export interface DefinitionTable {
  readonly all: readonly RefreshDefinition[];
  /** @throws RefreshError ERR_REFRESH_KEY or ERR_REFRESH_UNKNOWN_SOURCE. */
  find(key: string): KnownKey;
  /** Undefined when it is no key of a source that is known. */
  peek(key: string): KnownKey | undefined;
  has(definition: RefreshDefinition): boolean;
}

/** @throws TypeError when there is none, or two have one name. */
export function createDefinitionTable(definitions: readonly RefreshDefinition[]): DefinitionTable {
  const all = [...definitions];
  const byName = new Map(all.map((definition) => [definition.name, definition]));
  if (all.length === 0) throw new TypeError('definitions must not be empty');
  if (byName.size < all.length) throw new TypeError('two definitions have one name');
  return {
    all,
    find(key) {
      const { source, id } = splitKey(key);
      const definition = byName.get(source);
      if (definition !== undefined) return { key, id, definition };
      throw new RefreshError('ERR_REFRESH_UNKNOWN_SOURCE', `no source ${JSON.stringify(source)} is defined`, {
        source,
      });
    },
    peek(key) {
      const colon = key.indexOf(':');
      const definition = byName.get(colon === -1 ? key : key.slice(0, colon));
      return definition && { key, id: colon === -1 ? '' : key.slice(colon + 1), definition };
    },
    has: (definition) => byName.get(definition.name) === definition,
  };
}
