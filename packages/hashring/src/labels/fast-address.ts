/** What Cache::Memcached::Fast takes for the host and the port of an address: it is cut at its last colon, if it has one. */
export function splitFastAddress(address: string): readonly [host: string, port: string] {
  const colon = address.lastIndexOf(':');
  return colon < 0 ? [address, ''] : [address.slice(0, colon), address.slice(colon + 1)];
}
