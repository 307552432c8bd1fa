import type { Coupon } from '../coupon.ts';

/** The kinds, the best first: which one is used depends on what is installed. */
export const databaseKinds = ['postgres', 'mariadb', 'sqlite', 'file'] as const;

/** Where the coupons of the playground live. */
export type DatabaseKind = (typeof databaseKinds)[number];

/** The coupons, and what the refreshers load them with. */
export interface CouponDatabase extends AsyncDisposable {
  /** What a user reads, such as `PostgreSQL`. */
  readonly title: string;
  /** The loader in the topology; it holds before `start`. */
  readonly load: object;
  /** What the refreshers need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when it answers and has its table. */
  start(signal: AbortSignal): Promise<void>;
  /** Replaces all rows at once. */
  write(coupons: readonly Coupon[]): Promise<void>;
  /** Ends it, and removes its files. Idempotent. */
  close(): Promise<void>;
}
