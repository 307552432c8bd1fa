import { RefreshError } from '../refresh-error.ts';
import type { Content, Scored, Shape } from '../store/content.ts';
import type { RefreshCodec } from './refresh-codec.ts';

type Field<T> = string | ((element: unknown) => T);

/** What the content of a definition is made with. */
export interface ContentForm {
  readonly shape: Shape;
  readonly codec: RefreshCodec<unknown>;
  readonly primaryKey: Field<string | number> | undefined;
  readonly score: Field<number> | undefined;
  readonly maxBytes: number;
}

const MAX_ID_BYTES = 1024;

/** Encodes what a loader returned. @throws RefreshError ERR_REFRESH_CONTENT when it is not of the shape, or too large. */
export function encodeContent(form: ContentForm, data: unknown): Content {
  const room = { left: form.maxBytes };
  if (form.shape === 'value') return { shape: 'value', value: encodeOne(form, data, room) };
  if (form.shape === 'hash') return { shape: 'hash', elements: hashOf(form, data, room) };
  if (form.shape === 'zset') return { shape: 'zset', elements: zsetOf(form, data, room) };
  return { shape: 'list', elements: arrayOf(data).map((element) => encodeOne(form, element, room)) };
}

function encodeOne({ codec, maxBytes }: ContentForm, value: unknown, room: { left: number }, extra = 0): Buffer {
  const bytes = codec.encode(value);
  room.left -= bytes.length + extra;
  if (room.left < 0) throw refused(`more than ${maxBytes} bytes`);
  return bytes;
}

function hashOf(form: ContentForm, data: unknown, room: { left: number }): Map<string, Buffer> {
  const elements = new Map<string, Buffer>();
  const entries =
    data instanceof Map ? data : arrayOf(data).map((element) => [fieldOf(element, form.primaryKey), element]);
  for (const [given, element] of entries as Iterable<[unknown, unknown]>) {
    const id = idOf(given);
    if (elements.has(id)) throw refused('two elements of one primary key');
    elements.set(id, encodeOne(form, element, room, Buffer.byteLength(id)));
  }
  return elements;
}

/** Text, or a number as text: an id of a row may be either. */
function idOf(given: unknown): string {
  const id = typeof given === 'number' && Number.isFinite(given) ? String(given) : given;
  if (typeof id !== 'string' || id === '') throw refused('an element without a primary key');
  if (Buffer.byteLength(id) > MAX_ID_BYTES) throw refused(`a primary key of more than ${MAX_ID_BYTES} bytes`);
  // Half a surrogate pair would be stored as something else, which another one could be stored as, too.
  if (Buffer.from(id).toString() !== id) throw refused('a primary key that is no well-formed text');
  return id;
}

function zsetOf(form: ContentForm, data: unknown, room: { left: number }): Scored[] {
  const elements = arrayOf(data).map((element): Scored => {
    const score = fieldOf(element, form.score);
    if (typeof score !== 'number' || !Number.isFinite(score)) throw refused('an element without a finite score');
    return { member: encodeOne(form, element, room), score };
  });
  const members = new Set(elements.map(({ member }) => member.toString('latin1')));
  if (members.size < elements.length) throw refused('the same element twice');
  return elements.toSorted((a, b) => a.score - b.score || Buffer.compare(a.member, b.member));
}

function arrayOf(data: unknown): unknown[] {
  if (Array.isArray(data)) return data;
  throw refused(`${data === null ? 'null' : typeof data} in place of an array`);
}

function fieldOf(element: unknown, field: Field<unknown> | undefined): unknown {
  if (typeof field === 'function') return field(element);
  if (field === undefined || typeof element !== 'object' || element === null) return undefined;
  return Object.hasOwn(element, field) ? (element as Record<string, unknown>)[field] : undefined;
}

function refused(what: string): RefreshError {
  return new RefreshError('ERR_REFRESH_CONTENT', `the source returned ${what}`);
}

/** Whether there is nothing in it: no element, no byte, or the text `null`. */
export function isEmptyContent(content: Content): boolean {
  if (content.shape === 'value') return content.value.length === 0 || content.value.equals(NULL);
  return (content.shape === 'hash' ? content.elements.size : content.elements.length) === 0;
}

const NULL = Buffer.from('null');
