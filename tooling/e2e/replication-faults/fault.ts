import type { Chance } from '../test/password-story/chance.ts';
import type { AppProcess } from './app-process.ts';
import type { WorldRegion } from './world.ts';

/** What a fault may take with it. */
export interface FaultScope {
  readonly region: WorldRegion;
  readonly chance: Chance;
  readonly ms: number;
  /** How often its list has been gone through before: whoever can strike in several ways does it by turns. */
  readonly turn: number;
  /** Takes down what became of it. */
  readonly note: (text: string) => void;
  /** Takes down what it explains, besides what it always does; of a key that is gone: only where `isMeant` says so. */
  readonly explain: (cost: Cost, isMeant?: (key: string) => boolean) => void;
}

/** What a fault explains: keys that are gone, or a reader who sees an older value for a moment. */
export type Cost = 'keys here' | 'keys elsewhere' | 'order for readers';

/** Something that goes wrong in one region for some time, and is right again when it resolves. */
export interface Fault {
  readonly name: string;
  /** What it explains whatever happens. */
  readonly costs: readonly Cost[];
  run(scope: FaultScope): Promise<void>;
}

/** Longer than the lease of a receiver and a shipper, 3 s: who is frozen for that long comes back as a zombie. */
export const zombieMs = 3500;

/** What a process that outlived its lease wrote late it deletes; until then a reader may see it. */
export const costsOfZombie: readonly Cost[] = ['keys here', 'order for readers'];

/** Starts it where it does not run, and resolves when it is ready. */
export async function startAgain(app: AppProcess, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  app.start(extra);
  await app.ready();
}
