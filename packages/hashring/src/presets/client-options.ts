import { completeOptions, type OptionRule, type OptionRules } from '../algorithms/option-rules.ts';
import { isRecord } from '../config/is-record.ts';
import { isIgnored } from './ignored-options.ts';
import type { NativeSpelling } from './native-spelling.ts';
import { nearestName } from './nearest-name.ts';

/** What a client's own list of servers is called where it stands among the options. */
const SERVERS = new Set(['servers', 'hosts', 'nodes']);

/**
 * Checks the options of a client, in its spelling or ours, and fills in the defaults.
 *
 * @param subject the preset, or whose options they are, for the message.
 * @throws TypeError for what is no object, an option that is not there, and one that is there in two spellings.
 * @throws RangeError for a value that an option does not take.
 */
export function clientOptions<Options extends object>(
  subject: string,
  rules: OptionRules<Options>,
  given: unknown,
  spelling?: NativeSpelling,
): Required<Options> {
  return completeOptions<Options>(subject, rules, inOurSpelling(subject, rules, given, spelling));
}

/** The first half of {@link clientOptions}: those that are given, in the order they are in, by our names. */
export function inOurSpelling<Options extends object>(
  subject: string,
  rules: OptionRules<Options>,
  given: unknown,
  { names, value: translate }: NativeSpelling = { names: {} },
): Readonly<Record<string, unknown>> {
  if (!isRecord(given)) throw new TypeError(`${subject} must be given an object of options, got ${describe(given)}`);
  const known = rules as Readonly<Record<string, OptionRule<unknown>>>;
  const spelled = new Map<string, string>();
  const ours = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const own = Object.hasOwn(names, name) ? names[name]! : name;
    if (!Object.hasOwn(known, own)) throw unknownOption(subject, known, names, name);
    if (value === undefined || value === null) continue;
    const first = spelled.get(own);
    if (first !== undefined)
      throw new TypeError(`${subject} has both "${first}" and "${name}", which are one option: leave one out`);
    const translated = translate === undefined ? value : translate(own, value);
    if (!known[own]!.accepts(translated))
      throw new RangeError(`${name} of ${subject} must be ${known[own]!.expected}, got ${describe(value)}`);
    spelled.set(own, name);
    ours.set(own, translated);
  }
  return Object.fromEntries(ours);
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? typeof value;
}

/** Names what may be meant, and what places keys: nobody looks for the other thirty. */
function unknownOption(
  subject: string,
  rules: Readonly<Record<string, OptionRule<unknown>>>,
  native: NativeSpelling['names'],
  stranger: string,
): TypeError {
  if (SERVERS.has(stranger))
    return new TypeError(`${subject} has no option "${stranger}"; its servers are the nodes that createRing is given`);
  const nearest = nearestName(stranger, [...Object.keys(native), ...Object.keys(rules)]);
  const placing = Object.keys(rules).filter((name) => !isIgnored(rules[name]!));
  const others = Object.keys(rules).length - placing.length;
  const parts = [
    placing.length === 0 ? 'none that places keys' : placing.join(', '),
    ...(others === 0 ? [] : [`${others} that place${others === 1 ? 's' : ''} none`]),
  ];
  const hint = nearest === undefined ? '' : `did you mean ${JSON.stringify(nearest)}? `;
  const list = `${hint === '' ? 'it' : 'It'} has ${parts.join(' and ')}`;
  return new TypeError(`${subject} has no option ${JSON.stringify(stranger)}; ${hint}${list}`);
}
