/** A string, whole, or a comment. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|\/\/[^\r\n]*|\/\*[^]*?\*\//g;

/** Puts blanks for the comments of JSON as mcrouter reads it: from two slashes to the end of the line, or in asterisks. Lines stay. */
export function blankComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[^\r\n]/g, ' '),
  );
}
