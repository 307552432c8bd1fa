/** The part of sql.js that the tests use; it has no types of its own. */
declare module 'sql.js' {
  export interface Database {
    exec(sql: string, params?: unknown[]): { columns: string[]; values: unknown[][] }[];
    getRowsModified(): number;
    close(): void;
  }
  export default function initSqlJs(): Promise<{ Database: new () => Database }>;
}
