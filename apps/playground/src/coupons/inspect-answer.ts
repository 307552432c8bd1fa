import type { Coupon } from './coupon.ts';

/** What is wrong with one list of coupons. */
export interface AnswerFaults {
  /** Rows that were there before in the same list. */
  readonly duplicates: number;
  /** Whether its rows are of different moments. */
  readonly isTorn: boolean;
}

/** Looks at one answer. */
export function inspectAnswer(rows: readonly Pick<Coupon, 'id' | 'revision'>[]): AnswerFaults {
  return {
    duplicates: rows.length - new Set(rows.map(({ id }) => id)).size,
    isTorn: new Set(rows.map(({ revision }) => revision)).size > 1,
  };
}
