import { RefresherError } from '../../refresher-error.ts';

/** One row as the loader hands it on. */
export type Row = Record<string, unknown>;

/** Collects the rows of an answer within bounds. */
export class RowBudget {
  readonly rows: Row[] = [];
  readonly #maxRows: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxRows: number, maxBytes: number) {
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
  }

  /** Takes a row; bytes in it become base64. @throws RefresherError `ERR_REFRESHER_TOO_LARGE`. */
  add(found: Row): void {
    if (this.rows.length >= this.#maxRows) {
      throw new RefresherError('ERR_REFRESHER_TOO_LARGE', `the answer has more than ${this.#maxRows} rows`);
    }
    const row: Row = {};
    for (const [name, value] of Object.entries(found)) {
      row[name] = Buffer.isBuffer(value) ? value.toString('base64') : value;
      this.#bytes += typeof row[name] === 'string' ? row[name].length : 8;
    }
    if (this.#bytes > this.#maxBytes) {
      throw new RefresherError('ERR_REFRESHER_TOO_LARGE', `the answer has more than ${this.#maxBytes} bytes`);
    }
    this.rows.push(row);
  }
}
