import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

/** A self-signed certificate for `localhost`, `cache.test` and 127.0.0.1, valid until 2120. For tests only. */
export const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK2o//pgv4foxTid
OAzoW1XIqw2goj5FsSDZScvI2Y1rIFh2iyH7DTXZ4snJYrALo+cx3u4C2Ytp9gH/
W07ZBp2jWjBYMCYGA1UdEQQfMB2CCWxvY2FsaG9zdIIKY2FjaGUudGVzdIcEfwAA
ATAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBTSauCVVdBxyb2sEQu8yIj/gC1w
0DAKBggqhkjOPQQDAgNIADBFAiBW8ZmpSaTLXfzYRR26N5OyAFgpKn8ORV0G7AQC
AbPQ6wIhALtZtop88jG2AttFJUkHoGoZmPa5bgD1NhXKJRStrgrb
-----END CERTIFICATE-----
`;

/** The private key of `testCertificate`: no secret. */
export const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAQMA9LOfI0M8AFQY
WDv4M0ZiBhtpaxYAREYzvDPlw7WhRANCAAStqP/6YL+H6MU4nTgM6FtVyKsNoKI+
RbEg2UnLyNmNayBYdosh+w012eLJyWKwC6PnMd7uAtmLafYB/1tO2Qad
-----END PRIVATE KEY-----
`;

/** A TLS server in front of a plain one. */
export interface TlsTerminator extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections that ended their handshake. */
  readonly secured: number;
  /** The codes with which clients broke their connections. */
  readonly broken: readonly string[];
}

/** Starts a TLS server that passes everything on to `to`. */
export async function startTlsTerminator(
  to: { readonly host: string; readonly port: number },
  options: TlsOptions = {},
): Promise<TlsTerminator> {
  const sockets = new Set<Socket>();
  const broken: string[] = [];
  let secured = 0;
  const server = createServer({ cert: testCertificate, key: testKey, ...options }, (near) => {
    secured++;
    near.on('error', (error: NodeJS.ErrnoException) => broken.push(error.code ?? error.message));
    const far = connect(to);
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  // A client that does not trust the certificate is what some tests are about.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get secured() {
      return secured;
    },
    broken,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
