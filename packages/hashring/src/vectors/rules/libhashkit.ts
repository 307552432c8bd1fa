import { type CharSignedness } from '../../hashes/char-signedness.ts';
import { hashKey } from '../../hashes/hash-key.ts';
import type { LibhashkitName } from '../../hashes/hash-names.ts';
import type { ScenarioRule } from '../scenario-rule.ts';

const digest: ScenarioRule = ({ options: { hash, char = 'signed' } }) => {
  const name = hashName(hash);
  return (key) => hashKey(name, key, { charSignedness: char as CharSignedness });
};

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
