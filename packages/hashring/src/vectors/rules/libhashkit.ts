import { hashKey } from '../../hashes/hash-key.ts';
import type { LibhashkitName } from '../../hashes/hash-names.ts';
import { knowing } from '../known-options.ts';
import type { ScenarioRule } from '../scenario-rule.ts';

const digest = knowing({ reads: ['hash', 'char'] }, ({ options: { hash, char = 'signed' } }) => {
  if (char !== 'signed' && char !== 'unsigned')
    throw new RangeError(`char must be signed or unsigned, got ${JSON.stringify(char)}`);
  const name = hashName(hash);
  return (key) => hashKey(name, key, { charSignedness: char });
});

/** Scenarios of libhashkit, whose answers are hashes and not nodes. */
export const libhashkitRules: Readonly<Record<string, ScenarioRule>> = {
  'libhashkit-digest': digest,
  'libhashkit-digest-src': digest,
};

/** A hash as vector files name it: `default`, `default(one_at_a_time)`, `HASH_MD5`, `md5`. */
export function hashName(spelled: unknown): LibhashkitName {
  const name = String(spelled)
    .replace(/^HASH_/, '')
    .toLowerCase();
  return (name.startsWith('default') ? 'one_at_a_time' : name) as LibhashkitName;
}
