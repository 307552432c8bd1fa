import type { ServedTemplate } from './to-key-templates.ts';

/**
 * The key of the entry that a template's key stands for. A template percent-encodes its parameters; where the whole id
 * is one parameter, the source is asked for its plain value. Where it is made of several, it stays as it is: decoded,
 * two different requests could have one id.
 */
export function entryKey({ refresh: source = '', key: pattern }: ServedTemplate, key: string): string {
  const prefix = `${source}:`;
  const isOneParam = pattern.startsWith(prefix) && /^\{\w+\}$/.test(pattern.slice(prefix.length));
  return isOneParam ? prefix + decodeURIComponent(key.slice(prefix.length)) : key;
}
