/**
 * What the names of servers resolved to on the machine where spymemcached was observed, for files that do not give the
 * `address` of a server: part of those observations, and true of no other machine.
 */
export const OBSERVED_ADDRESSES: readonly (readonly [name: RegExp, address: string])[] = [
  [/^cache-(\d+)\.e77\.test$/, '127.77.0.$1'],
  [/^same77-\d+\.test$/, '127.77.1.1'],
];

/** The address of a name, if it is one of those. */
export function observedAddress(host: string): string | undefined {
  const known = OBSERVED_ADDRESSES.find(([name]) => name.test(host));
  return known && host.replace(...known);
}
