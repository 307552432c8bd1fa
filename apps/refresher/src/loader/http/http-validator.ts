/** What an answer says of its version, kept from one load to the next. */
export interface HttpValidator {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

const maxChars = 1000;

/**
 * Writes a validator as the text that is stored with an entry. `scope` stands for what was asked: after a change of the
 * topology an answer "not modified" would be about something else.
 */
export function writeValidator({ etag, modified }: HttpValidator, scope: string): string | undefined {
  if (etag === undefined && modified === undefined) return undefined;
  const text = JSON.stringify([scope, etag ?? null, modified ?? null]);
  return text.length > maxChars ? undefined : text;
}

/** Reads one back; undefined where it is of another scope, or none. */
export function readValidator(text: string | undefined, scope: string): HttpValidator | undefined {
  if (text === undefined) return undefined;
  try {
    const [of, etag, modified] = JSON.parse(text) as [unknown, unknown, unknown];
    if (of !== scope) return undefined;
    return {
      etag: typeof etag === 'string' ? etag : undefined,
      modified: typeof modified === 'string' ? modified : undefined,
    };
  } catch {
    // It was written by another loader.
    return undefined;
  }
}
