import { type Coupon, sourceName } from './coupon.ts';

/** Makes the table; MariaDB, PostgreSQL and SQLite all read it. */
export const createTable: string =
  `CREATE TABLE ${sourceName} (id INTEGER PRIMARY KEY, city VARCHAR(40) NOT NULL, title VARCHAR(80) NOT NULL,` +
  ` percent INTEGER NOT NULL, revision INTEGER NOT NULL);\n`;

/** Replaces all rows at once. Every text is one of ours. */
export function replaceRows(coupons: readonly Coupon[]): string {
  const rows = coupons.map(
    ({ id, city, title, percent, revision }) => `(${id}, '${city}', '${title}', ${percent}, ${revision})`,
  );
  return `BEGIN;\nDELETE FROM ${sourceName};\nINSERT INTO ${sourceName} VALUES\n${rows.join(',\n')};\nCOMMIT;\n`;
}

/** What the refresher asks; `nap` is something with one row that takes its time. */
export function selectRows(nap: string): string {
  return `SELECT id, title, percent, revision FROM ${nap} CROSS JOIN ${sourceName} WHERE city = {id} ORDER BY id`;
}
