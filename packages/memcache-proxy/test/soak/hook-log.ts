import type { ProxyWrite } from '../../src/index.ts';
import type { SeededRandom } from './seeded-random.ts';
import { told } from './told-value.ts';

/** A write hook that is slow now and then, fails now and then, and remembers what it heard. */
export class HookLog {
  /** False where the proxy has no hook, and stores go the direct way. */
  readonly isUsed: boolean;
  /** What it cannot have been told, in words. */
  readonly lies: string[] = [];
  /** Whether it is slow and fails now and then. */
  isMoody = true;
  heard = 0;
  readonly #random: SeededRandom;
  readonly #sets = new Set<number>();
  readonly #deletes = new Map<string, number>();
  #version = 0;

  constructor(random: SeededRandom, isUsed = true) {
    this.#random = random;
    this.isUsed = isUsed;
  }

  /** Versions are never given twice, whoever asks. */
  nextVersion(): number {
    return ++this.#version;
  }

  /** How many deletes of the key it has heard of. */
  deletesOf(key: string): number {
    return this.#deletes.get(key) ?? 0;
  }

  /** Whether it has heard of a set of that version, which nobody will ask for again. */
  forget(version: number): boolean {
    return this.#sets.delete(version);
  }

  /** Forgets everything but the versions that were given. */
  clear(): void {
    this.#sets.clear();
    this.#deletes.clear();
  }

  readonly onWrite = async (write: ProxyWrite): Promise<void> => {
    this.heard++;
    const key = write.key.toString();
    if (write.kind === 'delete') this.#deletes.set(key, this.deletesOf(key) + 1);
    else if (!key.startsWith('count:')) {
      const said = told(write.value);
      if (said?.key === key) this.#sets.add(said.version);
      else if (this.lies.length < 20) this.lies.push(`the hook heard of a value that is not of ${key}`);
    }
    if (!this.isMoody) return;
    if (this.#random.oneIn(500)) throw new Error('the hook fails on purpose');
    if (this.#random.oneIn(1000)) await new Promise(() => {});
  };
}
