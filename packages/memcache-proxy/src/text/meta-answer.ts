import type { MetaReply } from '@lockstep/memcache';

import type { MetaCommand } from './command.ts';
import type { Reply } from './reply.ts';

/** The answer to a meta command in the words of memcached 1.6.18, empty where the client wants none. */
export function metaAnswer(command: MetaCommand, { status, flags, value }: MetaReply): Reply {
  if (command.isQuiet && isExpected(command, status)) return '';
  const told = withOpaque(command.sentFlags, flags);
  const suffix = told.length === 0 ? '\r\n' : ` ${told.join(' ')}\r\n`;
  if (value === undefined) return status + suffix;
  return [`VA ${value.length}${suffix}`, value, '\r\n'];
}

/** The answer to an `mg` whose node did not answer: a miss. */
export function metaMiss(command: MetaCommand): Reply {
  if (command.isQuiet) return '';
  const echoed: string[] = [];
  for (const flag of command.sentFlags) {
    const letter = flag.charAt(0);
    if (letter === 'k') echoed.push(`k${command.sentKey}`);
    if (letter === 'k' && command.request.isBase64 === true) echoed.push('b');
    if (letter === 'O') echoed.push(flag);
  }
  return echoed.length === 0 ? 'EN\r\n' : `EN ${echoed.join(' ')}\r\n`;
}

/** What `q` hides: the miss of a read, the success of a write. */
function isExpected(command: MetaCommand, status: MetaReply['status']): boolean {
  if (command.request.command === 'mg') return status === 'EN';
  return status === 'HD' || status === 'VA';
}

/** The flags of the answer, which come in the order of the request, with the client's opaque among them. */
function withOpaque(sent: readonly string[], flags: readonly string[]): readonly string[] {
  const opaque = sent.findIndex((flag) => flag.startsWith('O'));
  if (opaque === -1) return flags;
  let at = 0;
  for (const flag of sent.slice(0, opaque)) {
    if (flags[at]?.charAt(0) === flag.charAt(0)) at += 1;
    // `b` comes with the key, wherever it was asked for.
    if (flags[at] === 'b' && flag.startsWith('k')) at += 1;
  }
  return [...flags.slice(0, at), sent[opaque] as string, ...flags.slice(at)];
}
