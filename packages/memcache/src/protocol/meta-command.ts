import { encodeBase64Key } from '../driver/key.ts';
import type { MetaCommand, MetaReply, MetaRequest } from '../driver/meta.ts';
import { unexpected } from './collectors.ts';
import { isBase64 as isInBase64, keyAndLength } from './commands.ts';
import { maxUnsigned64 } from './numbers.ts';
import type { Feature } from './features.ts';
import type { Reply } from './reply.ts';

/** What stands behind the letter of a flag. */
type Token = 'nothing' | 'signed' | 'unsigned' | 'mode';

const readFlags = 'cfhklstuv';
const modes: Readonly<Record<MetaCommand, string>> = { mg: '', ms: 'EAPRS', md: '', ma: 'ID+-', me: '' };
const known: Readonly<Record<MetaCommand, string>> = {
  mg: `${readFlags}CNRT`,
  ms: 'ckCEFIMT',
  md: 'kCEIT',
  ma: 'cktvCDEJMNT',
  me: '',
};
const signed = /^[+-]?\d{1,10}$/;
const unsigned = /^\+?\d{1,20}$/;

/** A meta command in wire form, without its opaque number, which comes last. */
export interface ComposedMeta {
  readonly start: string;
  readonly needs: Feature | undefined;
}

/**
 * Puts a meta command together. Every flag is checked: a server that refuses the line of an `ms` may take
 * its value for commands.
 *
 * @throws TypeError for a flag that the command does not know, or a value where none belongs;
 * MemcacheError ERR_MEMCACHE_BAD_KEY.
 */
export function composeMeta(request: MetaRequest, encode: (key: MetaRequest['key']) => string): ComposedMeta {
  const { command, key, flags, isBase64 = false, value } = request;
  if (!Object.hasOwn(known, command)) throw new TypeError(`command must be mg, ms, md, ma or me, got ${command}`);
  if (Buffer.isBuffer(value) !== (command === 'ms')) throw new TypeError('value must be there for ms, and only for ms');
  const wireKey = isBase64 ? encodeBase64Key(key) : encode(key);
  let start = `${command} ${value === undefined ? wireKey : keyAndLength(wireKey, value.length)}`;
  let seen = '';
  for (const flag of flags) {
    const letter = flag.charAt(0);
    if (letter === '' || seen.includes(letter) || !isKnown(command, letter, flag.slice(1))) {
      throw new TypeError(`${command} takes no flag ${JSON.stringify(flag.slice(0, 40))}`);
    }
    seen += letter;
    start += ` ${flag}`;
  }
  return { start, needs: seen.includes('E') ? 'explicitCas' : isInBase64(wireKey) ? 'binaryKeys' : undefined };
}

function isKnown(command: MetaCommand, letter: string, token: string): boolean {
  if (!known[command].includes(letter)) return false;
  const kind = tokenOf(letter);
  if (kind === 'nothing') return token === '';
  if (kind === 'mode') return token.length === 1 && modes[command].includes(token);
  if (kind === 'signed') return signed.test(token);
  return unsigned.test(token) && BigInt(token.replace('+', '')) <= maxUnsigned64;
}

function tokenOf(letter: string): Token {
  if (letter === 'M') return 'mode';
  if ('NRT'.includes(letter)) return 'signed';
  return 'CDEFJ'.includes(letter) ? 'unsigned' : 'nothing';
}

const answers: ReadonlySet<string> = new Set<MetaReply['status']>(['HD', 'VA', 'EN', 'NF', 'NS', 'EX', 'ME']);

/** The answer to a meta command. */
export function collectMeta(reply: Reply): MetaReply {
  const { status, value } = reply;
  if (!isAnswer(status) || (status === 'VA') !== (value !== undefined)) throw unexpected(reply);
  return value === undefined ? { status, flags: flagsOf(reply) } : { status, flags: flagsOf(reply), value };
}

function isAnswer(status: string): status is MetaReply['status'] {
  return answers.has(status);
}

/** The flags as they came, without the opaque number, which is the driver's own. A key of `ME` may look like one. */
function flagsOf({ status, line, flagsStart, flagsEnd }: Reply): string[] {
  if (line === undefined) return [];
  const words = line.toString('latin1', flagsStart, flagsEnd).split(' ');
  return words.filter((word) => word !== '' && (status === 'ME' || !word.startsWith('O')));
}
