import { createScript, type RedisScript } from '@lockstep/core';

import { VERSION_TABLE } from './version-table.ts';

/**
 * Begins a part of the table where there is none.
 *
 * KEYS: 1 newer · 2 older · 3 meta.
 * ARGV: 1 and 2 as `VERSION_TABLE`.
 * Reply: the moment since when every key is known.
 */
export const OPEN_VERSIONS: RedisScript = createScript(`${VERSION_TABLE}
return text(from)
`);
