/**
 * The content types that a value can carry in its flags, by code. Codes are stored in memcached: they
 * never change and are never used again. 48 to 63 are for your own types.
 */
export const CONTENT_TYPES: Readonly<Record<number, string>> = {
  1: 'application/json',
  2: 'text/plain',
  3: 'text/plain; charset=utf-8',
  4: 'text/html',
  5: 'text/html; charset=utf-8',
  6: 'application/json; charset=utf-8',
  7: 'application/xml',
  8: 'text/xml',
  9: 'text/css',
  10: 'text/javascript',
  11: 'application/javascript',
  12: 'text/csv',
  13: 'text/markdown',
  14: 'application/x-ndjson',
  15: 'application/problem+json',
  16: 'application/ld+json',
  17: 'application/msgpack',
  18: 'application/cbor',
  19: 'application/protobuf',
  20: 'application/x-protobuf',
  21: 'application/pdf',
  22: 'application/wasm',
  23: 'application/zip',
  24: 'application/gzip',
  25: 'image/png',
  26: 'image/jpeg',
  27: 'image/gif',
  28: 'image/webp',
  29: 'image/avif',
  30: 'image/svg+xml',
  31: 'audio/mpeg',
  32: 'video/mp4',
  33: 'font/woff2',
  34: 'application/x-www-form-urlencoded',
  35: 'application/vnd.api+json',
  36: 'application/hal+json',
  37: 'application/avro',
};

/** The codes that are free for your own types. */
export const CUSTOM_TYPE_CODES = { first: 48, last: 63 } as const;
