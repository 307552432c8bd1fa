import { noCapabilities } from '../../src/driver/capabilities.ts';
import type { MemcacheDriver } from '../../src/index.ts';

/** A driver of which a test defines the calls that it expects; any other call is a TypeError. */
export interface FakeDriver extends MemcacheDriver {
  isUp: boolean;
  readonly calls: string[];
}

export function createFakeDriver(calls: Partial<MemcacheDriver> = {}): FakeDriver {
  const log: string[] = [];
  const fake = {
    isUp: true,
    calls: log,
    capabilities: { ...noCapabilities, lease: true },
    close: async () => {},
    ...calls,
  };
  return new Proxy(fake as unknown as FakeDriver, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found === 'function') log.push(String(name));
      return found;
    },
  });
}
