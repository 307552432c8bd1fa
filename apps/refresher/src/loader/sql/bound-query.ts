/** A query with its parameters bound by the server, never written into its text. */
export interface BoundQuery {
  readonly text: string;
  /** What stands at its parameters, in their order: `id`, or the name of a parameter of it. */
  readonly names: readonly string[];
}

/** What is quoted or commented, or else a place. */
const quotedOrPlace = /('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/)|\{([A-Za-z_]\w*)\}/g;

/** Makes the query of a topology one for MySQL (`?` for each place) or PostgreSQL (`$1` for all places of the first name). */
export function bindQuery(query: string, dialect: 'mysql' | 'postgres'): BoundQuery {
  const names: string[] = [];
  const text = query.replaceAll(quotedOrPlace, (whole, _quoted: unknown, name: string | undefined) => {
    if (name === undefined) return whole;
    if (dialect === 'mysql') {
      names.push(name);
      return '?';
    }
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}
