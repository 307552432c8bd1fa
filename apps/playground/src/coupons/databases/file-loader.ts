import { readFile } from 'node:fs/promises';

import { sleep } from '@lockstep/core';
import type { Loaded, LoadRequest } from '@lockstep/refresh';

import { type Coupon, slowMs, sourceName } from '../coupon.ts';
import { runProgram } from './run-program.ts';

/** A module that the refreshers load coupons by, where there is no database server: from a file, or by `sqlite3`. */
export async function load({ id, signal }: Pick<LoadRequest, 'id' | 'signal'>): Promise<Loaded<unknown[]>> {
  const path = process.env['PLAYGROUND_COUPONS'] ?? '';
  const sqlite = process.env['PLAYGROUND_SQLITE'];
  await sleep(slowMs, { signal });
  const text =
    sqlite === undefined
      ? await readFile(path, 'utf8')
      : await runProgram([sqlite, '-readonly', '-json', path], {
          input: `.timeout 5000\nSELECT * FROM ${sourceName} ORDER BY id;\n`,
          signal,
        });
  return { data: (JSON.parse(text) as Coupon[]).filter(({ city }) => city === id) };
}
