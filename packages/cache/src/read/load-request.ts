import type { Codec, ValueForm } from '../codecs/codec.ts';
import type { LoadContext } from '../load-context.ts';
import type { SharedValue } from '../shared/shared-tier.ts';
import type { Isolation } from '../view-options.ts';
import type { FullPolicy } from './check-read-policy.ts';
import type { Flight } from './flight.ts';
import type { LoadTurns } from './load-turns.ts';
import type { LocalSpace } from './local-space.ts';

/** What does not change from call to call of a view. */
export interface ViewSettings {
  readonly name: string;
  /** The tag that every value of the view carries; undefined for values of `getOrSet`. */
  readonly ownTag: string | undefined;
  readonly space: LocalSpace;
  readonly codec: Codec<unknown>;
  readonly form: ValueForm;
  readonly isolation: Isolation;
  readonly isShared: boolean;
  /** How many bytes a value counts; undefined where that is of no interest. */
  readonly sizeOf: ((value: unknown) => number) | undefined;
}

/** How one value is to be brought and kept. */
export interface LoadRequest {
  readonly view: ViewSettings;
  /** What the log and the shared tier call it. */
  readonly key: string;
  /** What this process's store calls it. */
  readonly text: string;
  readonly policy: FullPolicy;
  /** Whether this process keeps the value. */
  readonly useLocal: boolean;
  /** Whether the shared tier is asked and filled. */
  readonly useShared: boolean;
  /** A shared value counts only when it is fresh for longer than this. 0, but for refreshing. */
  readonly minFreshMs: number;
  /** Load whatever the shared tier has. */
  readonly forceLoad: boolean;
  readonly load: (context: LoadContext) => unknown;
  readonly tagsOf: ((value: unknown) => readonly string[]) | undefined;
}

/** What a bulk read does differently. */
export interface FlightParts {
  /** What it finds in the shared tier by a read that begins together with the flight; undefined where it does not look. */
  readonly first?: Promise<SharedValue | undefined> | undefined;
  /** Told once, when it is known whether this flight loads now. */
  readonly onDecided?: ((loadsNow: boolean) => void) | undefined;
  readonly load?: ((flight: Flight) => Promise<Loaded>) | undefined;
  /** Where it waits before it claims and loads. */
  readonly turns?: LoadTurns | undefined;
}

/** What a loader has brought, and for how long it may be kept. */
export interface Loaded {
  readonly value: unknown;
  /** 0: not at all. */
  readonly ttlMs: number;
  readonly tags: readonly string[];
}
