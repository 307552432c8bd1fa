/** The parts of redlock 4 that are measured; it comes without types. */
declare module 'redlock' {
  export interface Lock {
    readonly expiration: number;
    extend(ttlMs: number): Promise<Lock>;
    unlock(): Promise<void>;
  }
  export default class Redlock {
    constructor(clients: readonly unknown[], options?: Readonly<Record<string, number>>);
    on(event: 'clientError', listener: (error: Error) => void): this;
    lock(resource: string, ttlMs: number): Promise<Lock>;
  }
}
