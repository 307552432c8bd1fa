/** What one that asks wants. */
export interface Wish {
  readonly owner: string;
  readonly mode: 'T' | 'Q' | 'B';
  readonly priority: number;
  /** R, W or a number of permits; of locks that several may hold. */
  readonly shape: string;
}

/** What the scripts should do, in the plainest words. */
export interface Model {
  readonly holders: Wish[];
  line: Wish[];
  readonly alive: Set<string>;
  /** What every process should have been told. */
  readonly pushes: string[];
  acquire(wish: Wish): 'held' | 'queued' | 'taken';
  /** `watch`: others wait behind one who was given it by this. */
  release(owner: string): 'lost' | 'released' | 'watch';
  /** Gives it to those in line if it is free; true: others wait behind one who was given it by this. */
  passOn(): boolean;
  holds(owner: string): boolean;
  expire(owner: string): void;
}

/** The process of an owner. */
export function processOf(owner: string): string {
  return owner.split(':')[0]!;
}

/** The line with one more in it, unless he is there already: then only his wish is new. */
export function joined(line: readonly Wish[], wish: Wish): Wish[] {
  const old = line.find(({ owner }) => owner === wish.owner);
  if (old !== undefined) return line.map((one) => (one === old ? { ...wish, priority: old.priority } : one));
  const at = line.findIndex(({ priority }) => priority < wish.priority);
  return at < 0 ? [...line, wish] : [...line.slice(0, at), wish, ...line.slice(at)];
}

/** A lock of one holder. */
export class LockModel implements Model {
  readonly holders: Wish[] = [];
  line: Wish[] = [];
  readonly alive = new Set<string>();
  readonly pushes: string[] = [];

  acquire(wish: Wish): 'held' | 'queued' | 'taken' {
    if (this.holds(wish.owner)) return 'held';
    if (this.holders.length === 0) {
      if (wish.mode === 'Q' && this.line.length > 0) this.line = joined(this.line, wish);
      if (wish.mode === 'B' || this.#grant(wish.owner)) {
        this.#leave(wish.owner);
        this.holders.push(wish);
        return 'held';
      }
    }
    if (wish.mode === 'T') return 'taken';
    this.line = joined(this.line, wish);
    return 'queued';
  }

  release(owner: string): 'lost' | 'released' | 'watch' {
    if (!this.holds(owner)) {
      this.#leave(owner);
      return 'lost';
    }
    this.expire(owner);
    return this.passOn() ? 'watch' : 'released';
  }

  passOn(): boolean {
    if (this.holders.length > 0) return false;
    this.#grant(undefined);
    return this.line.length > 0;
  }

  holds(owner: string): boolean {
    return this.holders.some((holder) => holder.owner === owner);
  }

  expire(owner: string): void {
    if (this.holds(owner)) this.holders.pop();
  }

  #leave(owner: string): void {
    this.line = this.line.filter((one) => one.owner !== owner);
  }

  /** True: it is free for `asker`, who is off the line then. */
  #grant(asker: string | undefined): boolean {
    let woken = 0;
    for (;;) {
      const [head] = this.line;
      if (head === undefined || head.owner === asker) return true;
      if (head.mode === 'B' && woken === 2) return true;
      this.#leave(head.owner);
      if (!this.alive.has(processOf(head.owner))) continue;
      this.pushes.push(`${head.mode === 'B' ? 'w' : 'g'} ${head.owner}`);
      if (head.mode !== 'B') {
        this.holders.push(head);
        return false;
      }
      woken++;
    }
  }
}
