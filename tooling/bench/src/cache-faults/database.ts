import { Redis } from 'ioredis';

/** The source of truth: rows with a version. It lies in a Redis of its own, which nothing happens to. */
export interface Database extends AsyncDisposable {
  /** 0 before the first write. */
  read(key: string): Promise<number>;
  /** Makes the next version and returns it. */
  write(key: string): Promise<number>;
  /** The versions of many rows. */
  readAll(keys: readonly string[]): Promise<number[]>;
}

/** Connects to the database. */
export function connectDatabase(url: string): Database {
  const client = new Redis(url);
  const row = (key: string): string => `row:${key}`;
  return {
    read: async (key) => Number(await client.get(row(key))),
    write: (key) => client.incr(row(key)),
    readAll: async (keys) => (await client.mget(keys.map(row))).map(Number),
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
