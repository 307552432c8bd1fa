import type { CacheFaceOptions, CompressionOptions } from '@lockstep/memcache-proxy';
import type { ProxyCompression, ProxyRegion } from '@lockstep/service-kit';

/** What a topology says of values and keys over HTTP, as the routes of keys and templates take it. */
export function toFaceOptions({ limits, values = {} }: ProxyRegion): Omit<CacheFaceOptions, 'backend' | 'clock'> {
  const { longKeys, contentFlags, compression, cacheControl } = values;
  return {
    ...(limits?.maxValueBytes === undefined ? {} : { maxValueBytes: limits.maxValueBytes }),
    ...(longKeys === undefined ? {} : { longKeys }),
    // True is what the routes do unless told otherwise.
    ...(contentFlags === undefined || contentFlags === true ? {} : { contentFlags }),
    ...(compression === undefined ? {} : { compression: toCompression(compression) }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
  };
}

function toCompression({ maxInflatedBytes, ...flagBits }: ProxyCompression): CompressionOptions {
  return { flagBits, ...(maxInflatedBytes === undefined ? {} : { maxInflatedBytes }) };
}
