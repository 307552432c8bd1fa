// Usage: npm-memcached.mjs HOST PORT. Prints what each call answered, one line each, CAS ids masked.
import Memcached from 'memcached';

const [host, port] = process.argv.slice(2);
const client = new Memcached(`${host}:${port}`, { timeout: 5000, retries: 0 });

/** Calls a method and prints what it answered. */
async function say(step, method, args, show = (answer) => answer) {
  const line = await new Promise((resolve) => {
    client[method](...args, (error, answer) => {
      const message = error instanceof Error ? error.message : String(error);
      resolve(error ? `error ${message.replaceAll(port, 'PORT')}` : (JSON.stringify(show(answer)) ?? 'undefined'));
    });
  });
  console.log(`${step}: ${line}`);
}

const masked = (answer) => (answer && answer.cas ? { ...answer, cas: 'CAS' } : answer);
const has = (name) => (answer) => Object.hasOwn([answer].flat()[0] ?? {}, name);

await say('get of nothing', 'get', ['nm:none']);
await say('set', 'set', ['nm:a', 'hällo', 60]);
await say('set of an object', 'set', ['nm:object', { deep: [1, 2] }, 60]);
await say('set of a buffer', 'set', ['nm:bytes', Buffer.from('\r\nEND\r\n'), 60]);
await say('set that is over at once', 'set', ['nm:over', 'x', -1]);
for (const name of ['a', 'object', 'bytes', 'over']) await say(`get ${name}`, 'get', [`nm:${name}`]);
await say('add of what is there', 'add', ['nm:a', 'two', 60]);
await say('add', 'add', ['nm:added', 'two', 60]);
await say('replace of nothing', 'replace', ['nm:none', 'x', 60]);
await say('replace', 'replace', ['nm:a', 'three', 60]);
await say('append', 'append', ['nm:a', '-after']);
await say('prepend', 'prepend', ['nm:a', 'before-']);
await say('append to nothing', 'append', ['nm:none', 'x']);
await say('prepend to nothing', 'prepend', ['nm:none', 'x']);
await say('get what was appended to', 'get', ['nm:a']);
await say('gets', 'gets', ['nm:a'], masked);
await say('gets of nothing', 'gets', ['nm:none'], masked);
const { cas } = await new Promise((resolve) => client.gets('nm:a', (_error, answer) => resolve(answer)));
await say('cas', 'cas', ['nm:a', 'swapped', cas, 60]);
await say('cas with an old id', 'cas', ['nm:a', 'lost', cas, 60]);
await say('cas of nothing', 'cas', ['nm:none', 'x', '1', 60]);
const keys = Array.from({ length: 200 }, (_, index) => `nm:many:${index}`);
for (const key of keys) await new Promise((resolve) => client.set(key, `value of ${key}`, 60, resolve));
await say('getMulti', 'getMulti', [[...keys, 'nm:none']], (found) => [
  Object.keys(found).length,
  keys.every((key) => found[key] === `value of ${key}`),
]);
await say('get of a list', 'get', [['nm:many:1', 'nm:none']]);
await say('set of a number', 'set', ['nm:count', 10, 60]);
await say('incr', 'incr', ['nm:count', 5]);
await say('increment', 'increment', ['nm:count', 1]);
await say('decr', 'decr', ['nm:count', 3]);
await say('decrement below nothing', 'decrement', ['nm:count', 1000]);
await say('incr of nothing', 'incr', ['nm:none', 1]);
await say('incr of a text', 'incr', ['nm:a', 1]);
await say('touch', 'touch', ['nm:a', 60]);
await say('touch of nothing', 'touch', ['nm:none', 60]);
await say('del', 'del', ['nm:a']);
await say('delete of nothing', 'delete', ['nm:a']);
await say('a value of 900 kB', 'set', ['nm:large', 'v'.repeat(900_000), 60]);
await say('get it', 'get', ['nm:large'], (answer) => answer.length);
await say('version', 'version', [], (answer) => [answer].flat()[0].version);
for (const name of ['pid', 'uptime', 'version', 'curr_items', 'bytes', 'cmd_get', 'get_hits']) {
  await say(`stats has ${name}`, 'stats', [], has(name));
}
await say('settings', 'settings', [], has('maxconns'));
await say('slabs', 'slabs', [], has('active_slabs'));
await say('items', 'items', [], (answer) => Array.isArray(answer));
await say('flush', 'flush', []);
await say('get after the flush', 'get', ['nm:added']);
client.end();
