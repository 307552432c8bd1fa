/** The directives of a `Cache-Control` header, lower case, with their arguments without quotes. Source: RFC 9111, section 5.2. */
export function parseCacheControl(header: string | undefined): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const part of header?.split(',') ?? []) {
    const [name = '', value = ''] = splitOnce(part);
    if (name !== '') directives.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  return directives;
}

function splitOnce(part: string): string[] {
  const equals = part.indexOf('=');
  return equals < 0 ? [part.trim()] : [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
}
