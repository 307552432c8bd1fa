/** A proxy that carries bytes: `pipe-server.js PORT MEMCACHED_HOST MEMCACHED_PORT`. */
import { connect, createServer } from 'node:net';

const [port, host = '', memcachedPort] = process.argv.slice(2);
createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host, port: Number(memcachedPort), noDelay: true });
  client.on('data', (bytes) => upstream.write(bytes));
  upstream.on('data', (bytes) => client.write(bytes));
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    // 'close' follows an error.
    one.on('error', () => {});
    one.on('close', () => other.destroy());
  }
}).listen(Number(port), '127.0.0.1');
