/** The Redis keys of a spool. One hash tag, so that a Cluster keeps them together. */
export interface SpoolKeys {
  /** Stream of entries: fields `v` version, `p` pool, `k` key, `t` milliseconds since the epoch. */
  readonly stream: string;
  /** Hash: for pool, line feed, key the proof of a value that outlives the replay, or the claim of one that does not. */
  readonly proofs: string;
  /** String, expiring: the token of the process that replays. */
  readonly lease: string;
}

const namespacePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The keys of a namespace. @throws RangeError when it is not 1 to 64 letters, digits, `.`, `_` or `-`. */
export function spoolKeys(namespace: string): SpoolKeys {
  if (!namespacePattern.test(namespace)) {
    const rule = 'must be 1 to 64 letters, digits, ".", "_" or "-" and start with a letter or digit';
    throw new RangeError(`namespace ${rule}, got ${JSON.stringify(namespace)}`);
  }
  const stream = `{lockstep:${namespace}}:spool`;
  return { stream, proofs: `${stream}:proofs`, lease: `${stream}:replayer` };
}
