/** Where a database is, and as whom it is read. */
export interface DatabaseAddress {
  readonly dialect: 'mysql' | 'postgres';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** Reads the URL of a topology, which its rules have looked at. A host that is a path, percent-encoded, is a Unix socket. */
export function databaseAddressOf(text: string): DatabaseAddress {
  const { protocol, hostname, port, username, pathname } = new URL(text);
  const dialect = protocol.startsWith('postgres') ? 'postgres' : 'mysql';
  return {
    dialect,
    host: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (dialect === 'mysql' ? 3306 : 5432) : Number(port),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
  };
}
