import type { SecureContextOptions } from 'node:tls';

/** How a listener encrypts; see node:tls for each. */
export type ListenTls = Pick<SecureContextOptions, 'cert' | 'key' | 'passphrase' | 'minVersion'> & {
  /** Whose certificates clients must show. @default clients show none */
  readonly ca?: SecureContextOptions['ca'];
};

/** Where to listen: a TCP port (0 for any free one) or a unix socket. */
export type ListenTarget =
  | {
      readonly port: number;
      /** @default '127.0.0.1' */
      readonly host?: string;
      /** @default no TLS */
      readonly tls?: ListenTls;
    }
  | {
      readonly path: string;
      /** Permissions of the socket, such as 0o660. @default what the process's umask leaves */
      readonly mode?: number;
    };

/** Where a server listens; exactly one of the two shapes. */
export type ServerAddress = { readonly port: number; readonly host: string } | { readonly path: string };
