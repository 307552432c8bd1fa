/** What the attempts of one owner know of each other: he may ask again before his last question is answered. */
interface Attempts {
  underWay: number;
  /** The number of the newest. */
  newest: number;
  /** One that was heard has the lock. */
  isHeld: boolean;
  /** He has released or cancelled since he asked. */
  isOver: boolean;
  /** What attempts up to this one were given has been given back. */
  givenBack: number;
  givingBack: Promise<unknown> | undefined;
}

/** One attempt of an owner. */
export interface Attempt {
  /** Resolves when nothing that is given back can hit what this attempt is about to be given. Never rejects. */
  ready(): Promise<void>;
  /** Whether the owner has released or cancelled since. */
  readonly isOver: boolean;
  /** Whether no other attempt has the lock, or is about to. */
  readonly isAlone: boolean;
  /** Gives back what the owner has. Attempts that are older have nothing then, and newer ones wait for it. */
  giveBack(send: () => Promise<void>): Promise<void>;
  /** Its answer is heard: the owner holds the lock. False: it was given back meanwhile. */
  hold(): boolean;
  /** It is answered, or never will be. */
  end(): void;
}

/** The attempts of all owners that have one under way. */
export class OwnerAttempts {
  readonly #owners = new Map<string, Attempts>();

  /** How many owners are remembered. */
  get size(): number {
    return this.#owners.size;
  }

  /** The owner asks. */
  begin(owner: string): Attempt {
    const all = this.#owners.get(owner) ?? {
      underWay: 0,
      newest: 0,
      isHeld: false,
      isOver: false,
      givenBack: 0,
      givingBack: undefined,
    };
    this.#owners.set(owner, all);
    all.underWay++;
    all.isOver = false;
    const number = ++all.newest;
    return {
      async ready() {
        await all.givingBack;
      },
      get isOver() {
        return all.isOver;
      },
      get isAlone() {
        return number === all.newest && !all.isHeld;
      },
      giveBack(send) {
        all.givenBack = number;
        const sent = send();
        all.givingBack = Promise.allSettled([all.givingBack, sent]);
        return sent;
      },
      hold() {
        if (number <= all.givenBack) return false;
        all.isHeld = true;
        return true;
      },
      end: () => {
        all.underWay--;
        if (all.underWay === 0) this.#owners.delete(owner);
      },
    };
  }

  /** The owner releases or cancels: what he is given from now on, he does not want. */
  left(owner: string): void {
    const all = this.#owners.get(owner);
    if (all === undefined) return;
    all.isHeld = false;
    all.isOver = true;
  }
}
