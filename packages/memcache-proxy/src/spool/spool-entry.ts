import type { DeleteReach } from '../backend/delete-spool.ts';
import type { Position } from './position.ts';

/** A delete that a pool owes. */
export interface SpoolEntry {
  /** Name of the pool, 1 to 255 bytes as UTF-8. */
  readonly pool: string;
  /** 1 to 250 bytes, which its pool takes as a key. */
  readonly key: Buffer;
  /** When the pool failed to confirm it, in milliseconds since the epoch. */
  readonly failedAt: number;
  /** Where the delete has to go. @default the owner of the key, and while that is down also whoever stands in for it */
  readonly reach?: DeleteReach | undefined;
}

/** An entry with its place in the store that has it. */
export interface StoredEntry extends SpoolEntry {
  readonly position: Position;
}

/** What two entries have in common that one delete makes up for. */
export function deleteNameOf({ pool, key, reach }: Omit<SpoolEntry, 'failedAt'>): string {
  return `${pool}\n${toReachCode(reach)}${key.toString('latin1')}`;
}

/** The reach as it is stored: 0 for the default, 1 for everywhere, 2 for the owner. */
export function toReachCode(reach: DeleteReach | undefined): number {
  if (reach === undefined) return 0;
  return reach === 'everywhere' ? 1 : 2;
}

/** What `toReachCode` has made of a reach, as a part of an entry. A code of a later version is the widest reach. */
export function fromReachCode(code: number): { readonly reach?: DeleteReach } {
  if (code === 0) return {};
  return { reach: code === 2 ? 'owner' : 'everywhere' };
}
