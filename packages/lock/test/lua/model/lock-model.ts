/** What one that asks wants. */
export interface Wish {
  readonly owner: string;
  readonly mode: 'T' | 'Q' | 'B';
  readonly priority: number;
  /** R, W or a number of permits; of locks that several may hold. */
  readonly shape: string;
  /** For how long, in ms, nobody gets the lock after the lease ran out. */
  readonly delay: number;
}

/** What the locks of a run have in common. */
export interface ModelSpace {
  /** The processes that listen. */
  readonly alive: ReadonlySet<string>;
  /** One should be told that he has the lock, `g`, or to ask for it, `w`. */
  tell(kind: 'g' | 'w', owner: string): void;
}

/** What the scripts should do, in the plainest words. */
export interface Model {
  readonly holders: Wish[];
  line: Wish[];
  acquire(wish: Wish): 'held' | 'queued' | 'taken';
  /** `watch`: others wait behind one who was given it by this. */
  release(owner: string): 'lost' | 'released' | 'watch';
  /** Gives it to those in line if it is free; true: others wait behind one who was given it by this. */
  passOn(): boolean;
  holds(owner: string): boolean;
  /** His lease and its delay are over. */
  expire(owner: string): void;
  /** His lease is over, and its delay begins. */
  lapse(owner: string): void;
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
  readonly #space: ModelSpace;
  /** Whose delay it is. */
  #delayed: string | undefined;

  constructor(space: ModelSpace) {
    this.#space = space;
  }

  acquire(wish: Wish): 'held' | 'queued' | 'taken' {
    if (this.holds(wish.owner)) return 'held';
    if (this.#isFree) {
      if (wish.mode === 'Q' && this.line.length > 0) this.line = joined(this.line, wish);
      if (wish.mode === 'B' || this.#grant(wish.owner)) {
        this.take(wish);
        return 'held';
      }
    }
    if (wish.mode === 'T') return 'taken';
    this.line = joined(this.line, wish);
    return 'queued';
  }

  /** Whether one that takes several may take it, after those who wait had their turn. */
  isFreeFor(owner: string): boolean {
    if (this.#isFree) this.#grant(undefined);
    return this.#isFree || this.holds(owner);
  }

  /** Gives it to one of whom that was said. */
  take(wish: Wish): void {
    if (this.holds(wish.owner)) return;
    this.#leave(wish.owner);
    this.holders.push(wish);
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
    if (!this.#isFree) return false;
    this.#grant(undefined);
    return this.line.length > 0;
  }

  holds(owner: string): boolean {
    return this.holders.some((holder) => holder.owner === owner);
  }

  expire(owner: string): void {
    if (this.holds(owner)) this.holders.pop();
    if (this.#delayed === owner) this.#delayed = undefined;
  }

  lapse(owner: string): void {
    const [holder] = this.holders;
    if (holder?.owner !== owner) return;
    this.holders.pop();
    if (holder.delay > 0) this.#delayed = owner;
  }

  get #isFree(): boolean {
    return this.holders.length === 0 && this.#delayed === undefined;
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
      if (!this.#space.alive.has(processOf(head.owner))) continue;
      this.#space.tell(head.mode === 'B' ? 'w' : 'g', head.owner);
      if (head.mode !== 'B') {
        this.holders.push(head);
        return false;
      }
      woken++;
    }
  }
}
