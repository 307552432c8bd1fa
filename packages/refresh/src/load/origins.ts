import { randomUUID } from 'node:crypto';

/** What the processes of this package say of themselves on the invalidation log. */
export interface Origins {
  /** Of an entry that was stored or patched: copies must be forgotten, and nobody need load it. */
  readonly stored: string;
  /** Of an entry that was invalidated here: those of other regions load it anew, too. */
  readonly invalidated: string;
  /** Whether an entry of the log asks this region for a load that it does not know of. */
  isForeign(origin: string | undefined): boolean;
}

const STORED = 'refresh:stored:';
const INVALIDATED = 'refresh:invalidated:';

/**
 * Makes those of one process. Because `stored` makes nobody load, and `invalidated` only those of other regions, who say
 * nothing of it again but `stored`, no entry of the log ever comes back as another load.
 */
export function createOrigins(region: string): Origins {
  const id = randomUUID().slice(0, 8);
  const own = `${INVALIDATED}${region}:`;
  return {
    stored: `${STORED}${region}:${id}`,
    invalidated: own + id,
    isForeign: (origin) => origin === undefined || !(origin.startsWith(STORED) || origin.startsWith(own)),
  };
}

/** @throws TypeError when it cannot be the name of a region. */
export function checkRegion(region: string): string {
  if (typeof region === 'string' && /^[A-Za-z0-9._-]{0,64}$/.test(region)) return region;
  throw new TypeError(`region must be up to 64 of A-Z a-z 0-9 . _ -, got ${JSON.stringify(region)}`);
}
