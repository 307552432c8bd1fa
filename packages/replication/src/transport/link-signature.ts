import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import type { IncomingHeaders } from './wire.ts';

// A signature covers the head of a request: its method and path, source, shard, ids, coding and digest, a stamp, and
// the SHA-256 of the body as it is on the wire. So the receiver knows from the headers alone whether a body is worth
// taking in, and afterwards whether it is the one that was announced.
//
//   lockstep-signature: v1 <stamp> <SHA-256 of the body> <HMAC-SHA256 of the head>
//
// An answer carries `lockstep-signature: v1 <HMAC-SHA256 of the request's HMAC, the status and the body>`.

/** Header of the signature, on requests and on answers. */
export const SIGNATURE_HEADER = 'lockstep-signature';

/** Headers that a signature covers; absent ones count as empty. */
const SIGNED_HEADERS = [
  'lockstep-source',
  'lockstep-shard',
  'lockstep-prev',
  'lockstep-first',
  'lockstep-last',
  'lockstep-digest',
  'content-encoding',
] as const;

const PATTERN = /^v1 (\d{1,15}) ([0-9a-f]{64}) ([0-9a-f]{64})$/;

/** What is signed of a request. */
export interface SignedHead {
  readonly method: string;
  /** Path as the receiver sees it. */
  readonly path: string;
  readonly headers: IncomingHeaders;
}

/** A request whose head is genuine. */
export interface VerifiedHead {
  /** Whether `body` is the one that the head announced. */
  isBody(body: Buffer): boolean;
  /** The signature of an answer to it. */
  signAnswer(status: number, body: string): string;
}

/** Signs a request: gives the header, and a check of the answer's header. */
export function signRequest(
  secret: string,
  head: SignedHead,
  { body, stampMs }: { body: Buffer; stampMs: number },
): { readonly header: string; isAnswer(header: unknown, status: number, body: string): boolean } {
  const digest = sha256(body);
  const mac = headMac(secret, head, `${stampMs}`, digest);
  return {
    header: `v1 ${stampMs} ${digest} ${mac}`,
    isAnswer: (header, status, answer) =>
      typeof header === 'string' && isSame(header, `v1 ${answerMac(secret, mac, status, answer)}`),
  };
}

/** Looks at the signature of a request; gives a reason when it is not genuine, or not of now. */
export function verifyHead(
  secrets: readonly string[],
  head: SignedHead,
  { nowMs, maxSkewMs }: { nowMs: number; maxSkewMs: number },
): VerifiedHead | string {
  const header = head.headers[SIGNATURE_HEADER];
  const [, stamp, digest, mac] = (typeof header === 'string' && PATTERN.exec(header)) || [];
  if (stamp === undefined || digest === undefined || mac === undefined) return 'the signature is missing or malformed';
  const secret = secrets.find((candidate) => isSame(headMac(candidate, head, stamp, digest), mac));
  if (secret === undefined) return 'the signature is of no active key';
  const skew = Math.abs(nowMs - Number(stamp));
  if (skew > maxSkewMs) return `the stamp is ${skew} ms from the clock here, and at most ${maxSkewMs} are let in`;
  return {
    isBody: (body) => isSame(sha256(body), digest),
    signAnswer: (status, body) => `v1 ${answerMac(secret, mac, status, body)}`,
  };
}

/** The keys of a link. @throws RangeError unless there are one or two, each of 16 characters or more. */
export function requireKeys(what: string, keys: readonly string[]): readonly string[] {
  if (keys.length < 1 || keys.length > 2) throw new RangeError(`${what} must be one or two keys, got ${keys.length}`);
  for (const key of keys) if (key.length < 16) throw new RangeError(`${what} must have 16 characters or more each`);
  return keys;
}

function headMac(secret: string, { method, path, headers }: SignedHead, stamp: string, digest: string): string {
  const hmac = createHmac('sha256', secret).update(`lockstep-v1\n${method}\n${path}\n${stamp}\n${digest}\n`);
  for (const name of SIGNED_HEADERS) {
    const value = headers[name];
    hmac.update(`${name}:${typeof value === 'string' ? value : ''}\n`);
  }
  return hmac.digest('hex');
}

function answerMac(secret: string, requestMac: string, status: number, body: string): string {
  return createHmac('sha256', secret).update(`lockstep-v1-answer\n${requestMac}\n${status}\n${body}`).digest('hex');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
