/** The body that ours writes for one key and a publisher without a name. */
export function encodeBody(key: string): string {
  return JSON.stringify({ k: [key] });
}

/** The keys of such a body. */
export function decodeBody(body: string): readonly string[] {
  return (JSON.parse(body) as { readonly k: readonly string[] }).k;
}
