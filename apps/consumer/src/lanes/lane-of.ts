import type { Message } from '../source/message.ts';

/** Names the lane of a message: those of one lane stay in order among each other. */
export type LaneOf = (message: Message) => string;

/**
 * The lanes of an expression: a JSON Pointer (RFC 6901) into the body when it begins with `/`, else the name of an
 * attribute. Without one all messages are in one lane; so are all that have nothing there, or a body that is no JSON.
 *
 * @throws TypeError for a pointer with a `~` that is neither `~0` nor `~1`.
 */
export function laneOf(expression: string | undefined): LaneOf {
  if (expression === undefined) return () => '';
  if (!expression.startsWith('/')) return ({ attributes }) => nameOf(attributes.get(expression));
  if (/~(?![01])/u.test(expression)) throw new TypeError(`${JSON.stringify(expression)} is not a JSON Pointer`);
  const steps = expression
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return ({ body }) => {
    let value: unknown;
    try {
      value = JSON.parse(body.toString());
    } catch {
      return '';
    }
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return '';
      value = (value as Record<string, unknown>)[step];
    }
    return nameOf(value);
  };
}

/** A number and the text of it are two lanes; nothing is the lane of all that have none. */
function nameOf(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
