import { createScript, type RedisScript } from '@lockstep/core';

import { VERSION_TABLE } from './version-table.ts';

/**
 * Looks whether what was stored is still the newest that is known of its key, and notes when it was stored.
 *
 * KEYS: 1 newer · 2 older · 3 meta.
 * ARGV: 1 and 2 as `VERSION_TABLE` · 3 and on: for each set its key, and `s` with the version in 20 digits.
 * Reply: a letter for each: `a` it is; `d` another one was written meanwhile, and the key must be deleted.
 */
export const CONFIRM_VERSIONS: RedisScript = createScript(`${VERSION_TABLE}
local verdicts = {}
for i = 3, #ARGV, 2 do
  local key, version = ARGV[i], string.sub(ARGV[i + 1], 2)
  local known = look(key)
  local isNewest = known.version == version and known.kind == 's'
  if isNewest then put(key, version, 's', now, 0) end
  verdicts[#verdicts + 1] = isNewest and 'a' or 'd'
end
return table.concat(verdicts)
`);
