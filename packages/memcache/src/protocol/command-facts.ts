/** Flags of `mg` that only say what to return. All others change the item or who may refresh it. */
const readOnlyFlags = 'bcCfhklOstv';

/** What a command is called in the protocol, such as `mg`. */
export function commandName(text: string): string {
  const end = text.search(/[ \r]/);
  return end < 0 ? text : text.slice(0, end);
}

/** The key of a meta command, as it stands in the command. */
export function commandKey(text: string): string {
  const end = text.indexOf(' ', 3);
  return end < 0 ? '' : text.slice(3, end);
}

/** True when the meta command is on that key. */
export function isOnKey(text: string, key: string): boolean {
  return text.startsWith(key, 3) && text.charCodeAt(3 + key.length) === 0x20;
}

/**
 * True for a command that may be sent twice, because it changes nothing: `get` of any number of keys, `me`,
 * and `mg` without a flag that writes (`T`), hands out a lease (`N`) or names who is to refresh (`R`).
 */
export function isPlainRead(text: string): boolean {
  if (text.startsWith('get ') || text.startsWith('me ')) return true;
  return text.startsWith('mg ') && text.split('\r\n').every((line) => line === '' || isPlainMetaGet(line));
}

function isPlainMetaGet(line: string): boolean {
  const [name, , ...flags] = line.split(' ');
  return name === 'mg' && flags.every((flag) => readOnlyFlags.includes(flag.charAt(0)));
}
