import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Coupon } from '../coupon.ts';
import { createTable, replaceRows } from '../coupon-statements.ts';
import type { CouponDatabase } from './coupon-database.ts';
import { findProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';

const loader = fileURLToPath(new URL('file-loader.js', import.meta.url));

/** SQLite by its command, where that is installed. */
export function createSqliteDatabase(directory: string): CouponDatabase | undefined {
  const program = findProgram('sqlite3');
  if (program === undefined) return undefined;
  const kind = { title: 'SQLite', path: join(directory, 'coupons.db'), environment: { PLAYGROUND_SQLITE: program } };
  return fileDatabase(kind, async (path, coupons, isNew) => {
    // A reader may be at it.
    const statements = `.bail on\n.timeout 5000\n${isNew ? createTable : ''}${replaceRows(coupons)}`;
    await runProgram([program, path], { input: statements });
  });
}

/** Nothing but a file of JSON. */
export function createFileDatabase(directory: string): CouponDatabase {
  const kind = {
    title: 'a file of JSON in place of a database',
    path: join(directory, 'coupons.json'),
    environment: {},
  };
  return fileDatabase(kind, async (path, coupons) => {
    await writeFile(`${path}.new`, JSON.stringify(coupons));
    await rename(`${path}.new`, path);
  });
}

interface FileKind {
  readonly title: string;
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A file that a module of the playground reads within the refreshers. Whoever gave the directory removes it. */
function fileDatabase(
  { title, path, environment }: FileKind,
  write: (path: string, coupons: readonly Coupon[], isNew: boolean) => Promise<void>,
): CouponDatabase {
  let isNew = true;
  const close = async (): Promise<void> => {};
  return {
    title,
    load: { module: loader },
    environment: { PLAYGROUND_COUPONS: path, ...environment },
    start: async () => {},
    async write(coupons) {
      await write(path, coupons, isNew);
      isNew = false;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
