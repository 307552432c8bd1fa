// What the three apps of the origin design have in common.
import { createServer } from 'node:http';
import { connect } from 'node:net';

import { Redis } from 'ioredis';

/** What this process was told. */
export const settings = JSON.parse(process.argv[2]);

export const redis = new Redis(settings.redisUrl, { retryStrategy: () => 50 });
redis.on('error', () => {});
process.once('disconnect', () => process.exit(0));

/** Serves `answer(method, path, body, headers)`, which gives a status, beside `/readyz`. */
export function serve(answer) {
  const reply = async (request) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    return url === '/readyz' ? 200 : answer(method, url, Buffer.concat(chunks).toString(), headers);
  };
  const server = createServer((request, response) => {
    reply(request)
      .catch(() => 500)
      .then((status) => response.writeHead(status).end())
      .catch(() => response.destroy());
  });
  server.listen(settings.port, '127.0.0.1');
}

let socket;
const waiting = [];

/** One line of memcached's answer to a command that has one. */
export function memcached(command) {
  return new Promise((resolve, reject) => {
    if (socket === undefined) {
      const own = connect(settings.memcached);
      let text = '';
      own.on('data', (chunk) => {
        const lines = (text + chunk).split('\r\n');
        text = lines.pop();
        for (const line of lines) waiting.shift()?.resolve(line);
      });
      own.on('error', () => {});
      own.on('close', () => {
        socket = undefined;
        for (const one of waiting.splice(0)) one.reject(new Error('memcached hung up'));
      });
      socket = own;
    }
    waiting.push({ resolve, reject });
    socket.write(command);
  });
}

/** Stores a value, or drops it where it is undefined. */
export function write(key, value) {
  return memcached(
    value === undefined ? `delete ${key}\r\n` : `set ${key} 0 0 ${Buffer.byteLength(value)}\r\n${value}\r\n`,
  );
}
