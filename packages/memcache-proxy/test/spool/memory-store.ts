import { comparePositions, type Position, START } from '../../src/spool/position.ts';
import type { StoredEntry } from '../../src/spool/spool-entry.ts';
import type { SpoolStore } from '../../src/spool/spool-store.ts';

/** A store of one list. */
export class MemoryStore implements SpoolStore {
  entries: StoredEntry[] = [];
  /** Where each read began. */
  readonly reads: Position[] = [];
  #last = 0;

  add(...keys: readonly string[]): void {
    for (const key of keys)
      this.entries.push({ pool: 'main', key: Buffer.from(key), failedAt: 0, position: `1-${++this.#last}` });
  }

  get keys(): string[] {
    return this.entries.map(({ key }) => key.toString());
  }

  read(after: Position, limit: number): Promise<{ entries: StoredEntry[]; next?: Position | undefined }> {
    this.reads.push(after);
    const later = this.entries.filter(({ position }) => comparePositions(position, after) > 0);
    const entries = later.slice(0, limit);
    return Promise.resolve(later.length > limit ? { entries, next: entries.at(-1)!.position } : { entries });
  }

  remove(positions: readonly Position[]): Promise<void> {
    this.entries = this.entries.filter(({ position }) => !positions.includes(position));
    return Promise.resolve();
  }

  tail(): Promise<Position> {
    return Promise.resolve(this.entries.at(-1)?.position ?? START);
  }
}
