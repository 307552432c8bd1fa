// Writes down what a process stores in memcached, in the order in which it is sent: a line with a monotonic time that all
// processes of the machine share, the key, and the number that the value begins with. At once, so that a process that is
// killed has written down all that it sent.
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';

const lineEnd = '\r\n';
const beginning = /^(m[adegns]|set|gets?|delete|version|stats) ?/;

/** Begins to write down to `file` what is stored of keys for which `isMeant` holds. */
export function hearStores(file, isMeant) {
  /** What is not whole yet, by socket; undefined for one that leads elsewhere. */
  const rests = new WeakMap();
  const write = Reflect.get(Socket.prototype, 'write');
  Socket.prototype.write = function (chunk, ...others) {
    // Many are HTTP, and long.
    if (rests.has(this) && rests.get(this) === undefined) return write.call(this, chunk, ...others);
    // One character for each byte, so that lengths are those of the protocol.
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    // What a socket begins with tells whether it leads to memcached.
    if (!rests.has(this)) rests.set(this, beginning.test(text) ? '' : undefined);
    const rest = rests.get(this);
    const { stores, left } = rest === undefined ? { stores: [] } : scan(rest + text);
    rests.set(this, left);
    const lines = stores.filter(({ key }) => isMeant(key)).map(({ key, number }) => `${now()} ${key} ${number}\n`);
    if (lines.length > 0) appendFileSync(file, lines.join(''));
    return write.call(this, chunk, ...others);
  };
}

function now() {
  return process.hrtime.bigint();
}

/** The stores in what a client sends, `set` of the classic commands and `ms` of the meta commands, and what is not whole yet. */
function scan(text) {
  const stores = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf(lineEnd, at);
    if (end === -1) break;
    const [command, key, ...fields] = text.slice(at, end).split(' ');
    const length = command === 'ms' ? fields[0] : command === 'set' ? fields[2] : undefined;
    const next = end + lineEnd.length + (length === undefined ? 0 : Number(length) + lineEnd.length);
    if (next > text.length) break;
    if (length !== undefined) stores.push({ key, number: Number.parseInt(text.slice(end + lineEnd.length, next), 10) });
    at = next;
  }
  return { stores, left: text.slice(at) };
}
