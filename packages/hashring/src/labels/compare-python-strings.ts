/** The order of Python's `str`: by code points, which is that of UTF-8 bytes, but not of UTF-16 units. */
export function comparePythonStrings(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
