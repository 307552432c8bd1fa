import type { Key } from './driver.ts';

/** A command of the meta protocol that is about one key. */
export type MetaCommand = 'mg' | 'ms' | 'md' | 'ma' | 'me';

/** One command of the meta protocol, as a proxy takes it from a client. */
export interface MetaRequest {
  readonly command: MetaCommand;
  /** The bytes of the key; with `isBase64` those that the base64 stands for. */
  readonly key: Key;
  /**
   * The flags with their tokens, such as `T60`, in their order and each once. Those that the command knows:
   * for `mg` `c f h k l s t u v C N R T`, for `ms` `c k C F I M T E`, for `md` `k C I T E`, for `ma`
   * `c k t v C D J M N T E`, for `me` none. `q`, `O` and `b` are the driver's own.
   */
  readonly flags: readonly string[];
  /** Sends the key as base64 with the flag `b`, as its client did: up to 186 bytes of any kind. @default false */
  readonly isBase64?: boolean;
  /** What `ms` stores. Do not change it before the promise settles. */
  readonly value?: Buffer;
}

/**
 * True for a meta command that leaves the item as it is. `mg` with `T` sets its time to live, and with `N`
 * makes one where there is none.
 */
export function isMetaRead({ command, flags }: Pick<MetaRequest, 'command' | 'flags'>): boolean {
  if (command === 'me') return true;
  return command === 'mg' && !flags.some((flag) => flag.startsWith('T') || flag.startsWith('N'));
}

/** The answer to one command of the meta protocol. A refusal by the server is an error and no answer. */
export interface MetaReply {
  readonly status: 'HD' | 'VA' | 'EN' | 'NF' | 'NS' | 'EX' | 'ME';
  /**
   * What follows the status, or the length of the value: in the order of the request, then `W`, `X`, `Z`. Of `ME`, the key
   * and what the server tells of the item, such as `size=63`.
   */
  readonly flags: readonly string[];
  /** The data block of `VA`. */
  readonly value?: Buffer;
}
