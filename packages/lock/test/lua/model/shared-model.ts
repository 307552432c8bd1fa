import { joined, type Model, type ModelSpace, processOf, type Wish } from './lock-model.ts';

/** A lock that several may hold. */
export class SharedModel implements Model {
  readonly holders: Wish[] = [];
  line: Wish[] = [];
  readonly #space: ModelSpace;

  constructor(space: ModelSpace) {
    this.#space = space;
  }

  acquire(wish: Wish): 'held' | 'queued' | 'taken' {
    if (this.holds(wish.owner)) return 'held';
    if ((this.line.length === 0 || wish.mode === 'B') && this.#fits(wish)) {
      this.#leave(wish.owner);
      this.holders.push(wish);
      return 'held';
    }
    this.line = joined(this.line, wish);
    this.#fill(wish.owner);
    if (this.holds(wish.owner)) return 'held';
    if (wish.mode !== 'T') return 'queued';
    this.#leave(wish.owner);
    return 'taken';
  }

  release(owner: string): 'lost' | 'released' | 'watch' {
    const isHeld = this.holds(owner);
    if (isHeld) this.expire(owner);
    else this.#leave(owner);
    const isToWatch = this.passOn();
    if (!isHeld) return 'lost';
    return isToWatch ? 'watch' : 'released';
  }

  passOn(): boolean {
    const before = this.holders.length;
    this.#fill(undefined);
    return this.holders.length > before && this.line.length > 0;
  }

  holds(owner: string): boolean {
    return this.holders.some((holder) => holder.owner === owner);
  }

  expire(owner: string): void {
    const at = this.holders.findIndex((holder) => holder.owner === owner);
    if (at >= 0) this.holders.splice(at, 1);
  }

  /** There are no delays here. */
  lapse(owner: string): void {
    this.expire(owner);
  }

  #leave(owner: string): void {
    this.line = this.line.filter((one) => one.owner !== owner);
  }

  #fits({ shape }: Wish): boolean {
    if (this.holders.length === 0) return true;
    if (shape === 'W') return false;
    if (shape === 'R') return this.holders.every((holder) => holder.shape === 'R');
    return this.holders.length < Number(shape);
  }

  #fill(asker: string | undefined): void {
    for (let [head] = this.line; head !== undefined && this.#fits(head); [head] = this.line) {
      this.#leave(head.owner);
      if (head.owner !== asker) {
        if (!this.#space.alive.has(processOf(head.owner))) continue;
        this.#space.tell('g', head.owner);
      }
      this.holders.push(head);
    }
  }
}
