/** The value that a JSON Pointer (RFC 6901) names within a document; undefined where there is none. */
export function readPointer(document: unknown, pointer: string): unknown {
  let current = document;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
