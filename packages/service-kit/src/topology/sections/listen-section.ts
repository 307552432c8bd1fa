import { Type } from 'typebox';

/** An address in the examples of messages. */
export const listenExample: string = '127.0.0.1:8080';

/** `host:port`, as a text. */
export const listenSchema: Type.TSchema = Type.String({ examples: [listenExample] });

/** The files of a certificate. */
export const tlsSchema: Type.TSchema = Type.Object(
  {
    certFile: Type.String({ minLength: 1, examples: ['/etc/lockstep/tls.crt'] }),
    keyFile: Type.String({ minLength: 1, examples: ['/etc/lockstep/tls.key'] }),
    caFile: Type.Optional(Type.String({ minLength: 1, examples: ['/etc/lockstep/ca.crt'] })),
  },
  {
    additionalProperties: false,
    examples: ['{ certFile: /etc/lockstep/tls.crt, keyFile: /etc/lockstep/tls.key }'],
  },
);

/** One listener of the memcached face, written as a map. */
export const memcachedListenerSchema: Type.TSchema = Type.Object(
  {
    address: Type.String({ minLength: 1, examples: ['127.0.0.1:11211'] }),
    mode: Type.Optional(Type.String({ examples: ['"660"'] })),
    tls: Type.Optional(tlsSchema),
  },
  { additionalProperties: false, examples: ['{ address: 127.0.0.1:11211 }'] },
);

/** A listener of the memcached face as the file has it: an address, the path of a socket, or a map. */
export type ListenerDocument =
  | string
  | {
      readonly address: string;
      readonly mode?: string;
      readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string };
    };
