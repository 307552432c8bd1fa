/** One row of the story: what a shop in a city gives away for a while. */
export interface Coupon {
  readonly id: number;
  readonly city: string;
  readonly title: string;
  readonly percent: number;
  /** Of the whole table: in one answer all rows have the same, or it is torn. */
  readonly revision: number;
}

/** The name of the source, and of the table. */
export const sourceName = 'coupons';

/** The ids of the source. */
export const cities: readonly string[] = ['berlin', 'lisbon', 'oslo'];

/** How long the database takes for one query, in milliseconds. */
export const slowMs = 200;

const perCity = 20;
const things = ['coffee', 'bread', 'a bicycle', 'soup', 'a haircut', 'books', 'flowers'];

/** All rows after so many changes: with each of them every city loses its oldest coupon and has a new one. */
export function couponsAt(revision: number): Coupon[] {
  return cities.flatMap((city, at) =>
    Array.from({ length: perCity }, (_, index) => {
      const number = revision + index;
      const percent = 5 + ((number * 7) % 60);
      const id = number * cities.length + at + 1;
      return { id, city, title: `${percent} % off ${things[number % things.length]}`, percent, revision };
    }),
  );
}
