import { checkKey } from '../store/check-key.ts';

const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The name of a source and what comes after it in a key. */
export interface KeyParts {
  readonly source: string;
  /** Empty when the key is the name alone. */
  readonly id: string;
}

/** The key of one entry: `<source>:<id>`, or the name of the source alone. */
export function refreshKey(source: string, id: string): string {
  return id === '' ? source : `${source}:${id}`;
}

/** The name of the source that a key belongs to. */
export function sourceOf(key: string): string {
  const colon = key.indexOf(':');
  return colon === -1 ? key : key.slice(0, colon);
}

/**
 * Takes a key apart.
 *
 * @throws RefreshError ERR_REFRESH_KEY when it is no text of 1 to 200 bytes without control characters.
 */
export function splitKey(key: string): KeyParts {
  checkKey(key);
  const colon = key.indexOf(':');
  return colon === -1 ? { source: key, id: '' } : { source: key.slice(0, colon), id: key.slice(colon + 1) };
}

/** @throws TypeError when it cannot be the name of a source. */
export function checkSourceName(name: string): string {
  if (typeof name !== 'string' || !SOURCE.test(name)) {
    throw new TypeError(`the name of a source must be 1 to 64 of A-Z a-z 0-9 . _ -, got ${JSON.stringify(name)}`);
  }
  return name;
}
