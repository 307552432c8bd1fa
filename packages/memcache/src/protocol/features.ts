/** What only newer servers understand. Older ones refuse it, or worse: 1.6.18 takes no notice of `mg C`. */
export type Feature = 'binaryKeys' | 'explicitCas' | 'conditionalGet';

/** Major, minor and patch number of a server. */
export type ServerVersion = readonly [major: number, minor: number, patch: number];

/** The memcached that first had each feature, by the history of its protocol.txt. */
export const featureVersions: Readonly<Record<Feature, ServerVersion>> = {
  /** The `b` flag: keys in base64. */
  binaryKeys: [1, 6, 10],
  /** The `E` flag: the client chooses the CAS value. */
  explicitCas: [1, 6, 27],
  /** The `C` flag of `mg`: no value when the CAS value is the same. */
  conditionalGet: [1, 6, 40],
};

/**
 * The numbers of what `version` answered, such as `1.6.18` or `1.6.27_beta1`. Undefined when it does
 * not begin with three numbers: such a server supports no feature.
 */
export function parseVersion(text: string): ServerVersion | undefined {
  const match = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?!\d)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** True when a server of this version, as `version` answered it, has the feature. An unknown version has none. */
export function supports(version: string | undefined, feature: Feature): boolean {
  const numbers = version === undefined ? undefined : parseVersion(version);
  if (numbers === undefined) return false;
  const wanted = featureVersions[feature];
  const differing = numbers.findIndex((number, index) => number !== wanted[index]);
  return differing < 0 || numbers[differing]! > wanted[differing]!;
}

/** Feature and version in words, for the message of an ERR_MEMCACHE_UNSUPPORTED. */
export function describeFeature(feature: Feature): string {
  return `${feature} (memcached ${featureVersions[feature].join('.')} or newer)`;
}
