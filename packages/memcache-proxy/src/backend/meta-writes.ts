import type { MetaReply, MetaRequest } from '@lockstep/memcache';

import { toExpiresAt } from './expiry.ts';
import { keyBytes } from './key-bytes.ts';
import type { ProxyWrite } from './write-hook.ts';

/**
 * What the write hook is to hear of a meta command that memcached has answered, if anything.
 *
 * @param sentAt milliseconds since the epoch, before the command was sent: no copy outlives the original.
 */
export function toMetaWrite(request: MetaRequest, reply: MetaReply, sentAt: number): ProxyWrite | undefined {
  const { command, flags } = request;
  const isDone = reply.status === 'HD' || reply.status === 'VA';
  if (command === 'ms') return isDone ? toStored(request, sentAt) : undefined;
  const isChanged =
    command === 'md'
      ? // Also when it was not here: another region may have it.
        reply.status !== 'EX'
      : // A lease without a value is no change: it was a miss, and still is one for everybody else.
        isDone && (command === 'ma' || flags.some((flag) => flag.startsWith('T')));
  return isChanged ? { kind: 'delete', key: keyBytes(request.key) } : undefined;
}

function toStored(request: MetaRequest, sentAt: number): ProxyWrite {
  const { flags, value } = request;
  const key = keyBytes(request.key);
  const mode = tokenOf(flags, 'M') ?? 'S';
  // With `I` the value may have been stored as stale, and only memcached knows what a value was joined to.
  const isWhole = !flags.includes('I') && mode !== 'A' && mode !== 'P';
  const expiresAt = toExpiresAt(Number(tokenOf(flags, 'T') ?? '0'), sentAt);
  if (!isWhole || value === undefined || expiresAt === undefined) return { kind: 'delete', key };
  return { kind: 'set', key, value, flags: Number(BigInt.asUintN(32, BigInt(tokenOf(flags, 'F') ?? '0'))), expiresAt };
}

function tokenOf(flags: readonly string[], letter: string): string | undefined {
  return flags.find((flag) => flag.startsWith(letter))?.slice(1);
}
