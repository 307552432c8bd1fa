/** The prefix of the locks of a region's consumers: the status command looks where they are. */
export function locksPrefixOf(region: string): string {
  return `lockstep:${region}`;
}
