import { type Cache, cached } from '../src/index.ts';

/** A class whose method is cached, as an application writes it: what the compiler makes of it is what is tested. */
export function decoratedUsers(cache: Cache) {
  return class Users {
    @cached(cache, 'user', { ttlMs: 1000 })
    async find(id: string): Promise<{ id: string }> {
      return { id };
    }
  };
}
