/** Something that was done under a lock. Times are ms on the clock that all processes of the machine share. */
export interface Effect {
  readonly worker: number;
  /** Unique to one acquisition. */
  readonly session: string;
  readonly token: number | undefined;
  /** When it was done: just before the check that allowed it. */
  readonly at: number;
}

/** What a worker tells of itself. */
export type WorkerEvent =
  | { readonly kind: 'ready' }
  /** It has the lock; it had asked for it at `askedAt`. */
  | { readonly kind: 'began'; readonly session: string; readonly askedAt: number; readonly at: number }
  | { readonly kind: 'effect'; readonly session: string; readonly token: number | undefined; readonly at: number }
  /** A promise of the library rejected and nobody had been given it: by default Node ends the process. */
  | { readonly kind: 'unheard'; readonly message: string };

/** What a worker is told: nothing but what is wrong. */
export interface WorkerRequest {
  readonly kind: 'block';
  readonly lastsMs: number;
}

/** What all workers did, in the order in which it became known. */
export interface History {
  readonly effects: readonly Effect[];
  readonly unheard: readonly string[];
}
