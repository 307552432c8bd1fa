import type { Operation } from '@lockstep/replication';

/** Elements of a list travel joined by this. */
const separator = '||';

/** An operation as the origin design writes it: JSON with the value in base64. */
export function encodeElement(operation: Operation): string {
  const key = operation.key.toString();
  if (operation.kind === 'delete') return JSON.stringify({ op: 'delete', key });
  const { value, expiresAt } = operation;
  return JSON.stringify({ op: 'set', key, value: value.toString('base64'), expiresAt });
}

/** What an element says. */
export interface OriginElement {
  readonly op: 'set' | 'delete';
  readonly key: string;
  readonly value?: string;
  readonly expiresAt?: number;
}

/** The body of a batch. */
export function joinElements(elements: readonly string[]): string {
  return elements.join(separator);
}

/** The elements of a batch. */
export function splitElements(body: string): OriginElement[] {
  return body.split(separator).map((text) => JSON.parse(text) as OriginElement);
}

/** The operation that an element stands for. */
export function decodeElement(text: string): Operation {
  const { op, key, value = '', expiresAt = 0 } = JSON.parse(text) as OriginElement;
  if (op === 'delete') return { kind: 'delete', key: Buffer.from(key) };
  return { kind: 'set', key: Buffer.from(key), value: Buffer.from(value, 'base64'), flags: 0, expiresAt };
}
