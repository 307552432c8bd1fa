/** A query with its parameters bound by the server, never written into its text. */
export interface BoundQuery {
  readonly text: string;
  /** How often the id is among the parameters. */
  readonly parameters: number;
}

/** Makes the query of a topology one for MySQL (`?` for each place) or PostgreSQL (`$1` for all). */
export function bindQuery(query: string, dialect: 'mysql' | 'postgres'): BoundQuery {
  const places = query.split('{id}').length - 1;
  return dialect === 'mysql'
    ? { text: query.replaceAll('{id}', () => '?'), parameters: places }
    : { text: query.replaceAll('{id}', () => '$1'), parameters: Math.min(1, places) };
}
