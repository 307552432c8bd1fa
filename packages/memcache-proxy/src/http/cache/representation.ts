import type { FastifyRequest } from 'fastify';

import { acceptsEncoding } from './accept-encoding.ts';
import { type Compression, type CompressionRule, findCompression, toCoding, toCompression } from './compression.ts';
import type { BodyFacts, ContentEncoding } from './content-flags.ts';

/** In which form a value is answered. */
export interface Representation {
  readonly contentType: string;
  /** The form depends on `Accept-Encoding`. */
  readonly isNegotiated: boolean;
  readonly contentEncoding?: ContentEncoding | undefined;
  /** Set when the value is to be inflated first. */
  readonly inflate?: Compression;
  /** Bytes of the value before its body. */
  readonly skipBytes: number;
}

const OCTETS = 'application/octet-stream';
const plain: Representation = { contentType: OCTETS, isNegotiated: false, skipBytes: 0 };

/** Chooses the form of a value with these flags for a request. */
export function chooseRepresentation(
  request: FastifyRequest,
  facts: BodyFacts | undefined,
  rules: readonly CompressionRule[],
  flags: number,
): Representation {
  if (facts !== undefined) {
    const { contentType = OCTETS, contentEncoding } = facts;
    if (contentEncoding === undefined) return { contentType, isNegotiated: false, skipBytes: 0 };
    return negotiate(request, { contentType, compression: toCompression(contentEncoding), skipBytes: 0 });
  }
  if (rules.length === 0) return plain;
  const rule = findCompression(rules, flags);
  return rule === undefined ? plain : negotiate(request, { contentType: OCTETS, ...rule });
}

type Compressed = Pick<Representation, 'contentType' | 'skipBytes'> & { readonly compression: Compression };

function negotiate(request: FastifyRequest, { contentType, compression, skipBytes }: Compressed): Representation {
  const coding = toCoding(compression);
  // Nothing to negotiate where HTTP has no name for it.
  if (coding === undefined) return { contentType, isNegotiated: false, inflate: compression, skipBytes };
  const header = request.headers['accept-encoding'];
  const isTaken = acceptsEncoding(Array.isArray(header) ? header.join(',') : header, coding);
  const rest = { contentType, isNegotiated: true, skipBytes };
  return isTaken ? { ...rest, contentEncoding: coding } : { ...rest, inflate: compression };
}
