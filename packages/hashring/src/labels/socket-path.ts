/** The path of a unix socket, which clients also write as `unix:///path` and `unix:/path`; undefined for any other host. */
export function socketPath(host: string): string | undefined {
  if (host.startsWith('/')) return host;
  return /^unix:(?:\/\/)?(\/.*)$/is.exec(host)?.[1];
}
