// Usage: npm-memcache-client.mjs HOST PORT. Prints what each call answered, one line each, CAS ids masked.
import { deflateSync, inflateSync } from 'node:zlib';

import { MemcacheClient } from 'memcache-client';

const [host, port] = process.argv.slice(2);
const compressor = {
  compressSync: ({ input }) => deflateSync(input),
  decompressSync: ({ input }) => inflateSync(input),
};
const client = new MemcacheClient({ server: `${host}:${port}`, cmdTimeout: 5000, compressor });

/** Makes a call and prints what it answered. */
async function say(step, call, show = (answer) => answer) {
  try {
    console.log(`${step}: ${JSON.stringify(show(await call())) ?? 'undefined'}`);
  } catch (error) {
    console.log(`${step}: error ${error.message}`);
  }
}

const value = (answer) => answer?.value;
const short = (answer) => (answer?.value.length > 100 ? answer.value.length : answer?.value);
const values = (answer) =>
  Object.entries(answer)
    .map(([key, item]) => [key, item.value])
    .toSorted(([one], [other]) => one.localeCompare(other));
const withCas = (answer) => answer && { value: answer.value, flag: answer.flag, cas: answer.casUniq ? 'CAS' : 'none' };

await say('get of nothing', () => client.get('mc:none'));
await say('set', () => client.set('mc:a', 'hällo', { lifetime: 60 }));
await say('set of an object', () => client.set('mc:object', { deep: [1, 2] }));
await say('set of a number', () => client.set('mc:number', 7.5));
await say('set of a buffer', () => client.set('mc:bytes', Buffer.from('\r\nEND\r\n')));
await say('set compressed', () => client.set('mc:zip', 'x'.repeat(5000), { compress: true }));
await say('set without an answer', () => client.set('mc:quiet', 'q', { noreply: true }));
for (const name of ['a', 'object', 'number', 'bytes', 'zip', 'quiet']) {
  await say(`get ${name}`, () => client.get(`mc:${name}`), short);
}
await say('add of what is there', () => client.add('mc:a', 'two'));
await say('add', () => client.add('mc:added', 'two', { lifetime: 60 }));
await say('replace of nothing', () => client.replace('mc:none', 'x'));
await say('replace', () => client.replace('mc:a', 'three'));
await say('append', () => client.append('mc:a', '-after'));
await say('prepend', () => client.prepend('mc:a', 'before-'));
await say('append to nothing', () => client.append('mc:none', 'x'));
await say('prepend to nothing', () => client.prepend('mc:none', 'x'));
await say('get what was appended to', () => client.get('mc:a'), value);
await say('gets', () => client.gets('mc:a'), withCas);
await say('gets of nothing', () => client.gets('mc:none'));
const { casUniq } = await client.gets('mc:a');
await say('cas', () => client.cas('mc:a', 'swapped', { casUniq }));
await say('cas with an old id', () => client.cas('mc:a', 'lost', { casUniq }));
await say('cas of nothing', () => client.cas('mc:none', 'x', { casUniq: 1 }));
const keys = Array.from({ length: 200 }, (_, index) => `mc:many:${index}`);
await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
await say(
  'get of many',
  () => client.get([...keys, 'mc:none']),
  (found) => Object.keys(found).length,
);
await say('gets of two', () => client.gets(['mc:many:1', 'mc:many:2']), values);
await say('set of a count', () => client.set('mc:count', '10'));
await say('incr', () => client.incr('mc:count', 5));
await say('decr', () => client.decr('mc:count', 3));
await say('decr below nothing', () => client.decr('mc:count', 1000));
await say('incr of nothing', () => client.incr('mc:none', 1));
await say('incr of a text', () => client.incr('mc:a', 1));
await say('touch', () => client.touch('mc:a', 60));
await say('touch of nothing', () => client.touch('mc:none', 60));
await say('delete', () => client.delete('mc:a'));
await say('delete of nothing', () => client.delete('mc:a'));
await say('a value of 900 kB', () => client.set('mc:large', 'v'.repeat(900_000)));
await say(
  'get it',
  () => client.get('mc:large'),
  (item) => item.value.length,
);
await say('a value that is too large', () => client.set('mc:large', 'v'.repeat(1_100_000)));
await say('get after that', () => client.get('mc:added'), value);
await say('version', () => client.version());
await say(
  'stats',
  () => client.cmd('stats'),
  ({ STAT }) => {
    const names = new Set(STAT.map(([name]) => name));
    return ['pid', 'uptime', 'version', 'curr_items', 'bytes', 'cmd_get', 'get_hits'].filter(
      (name) => !names.has(name),
    );
  },
);
await say('flush_all', () => client.cmd('flush_all'));
await say('get after the flush', () => client.get('mc:added'));
client.shutdown();
