import type { ServedTemplate } from './to-key-templates.ts';

/**
 * The key of the entry that a template's key stands for. A template percent-encodes its parameters; where the whole id
 * is one parameter in all templates of the source, the entry has its plain value. Else it stays as it is: decoded, two
 * different requests could have one id.
 */
export function entryKey({ refresh: source = '', hasPlainId = false }: ServedTemplate, key: string): string {
  const prefix = `${source}:`;
  // Another template of the source may have the source alone for its key.
  return hasPlainId && key.startsWith(prefix) ? prefix + decodeURIComponent(key.slice(prefix.length)) : key;
}
