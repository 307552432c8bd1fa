// Loaded into an app before its own code, for these tests only: moves its clock, and ends or freezes it at a named place.
// LOCKSTEP_TEST_SKEW_MS: milliseconds that its clock is ahead.
// LOCKSTEP_TEST_FAIL_POINT: `before:commit-batch:3` ends it by SIGKILL before the third run of that script, `after:` when
// Redis has answered it. A name without a script of that name in the package is that of a Redis command. With `:freeze`
// behind it, SIGSTOP comes in place of SIGKILL: the process stands there until it gets SIGCONT.
// LOCKSTEP_TEST_STORES: a file for what it stores in memcached; see hear-stores.mjs.
// A message `{ skewMs, failPoint }` sets both anew, and is answered when it holds; what is left out is as usual again.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { hearStores } from './hear-stores.mjs';

const { LOCKSTEP_TEST_SKEW_MS, LOCKSTEP_TEST_FAIL_POINT, LOCKSTEP_TEST_STORES } = process.env;
const SystemDate = Date;
let ahead = 0;
/** Where it is struck: what to count, how often it may still happen, and by which signal. */
let trap;

globalThis.Date = class extends SystemDate {
  constructor(...args) {
    super(...(args.length === 0 ? [SystemDate.now() + ahead] : args));
  }
  static now() {
    return SystemDate.now() + ahead;
  }
};

async function set({ skewMs = 0, failPoint }) {
  ahead = skewMs;
  trap = undefined;
  if (failPoint === undefined) return;
  watchCommands();
  const [when, name, count, how] = failPoint.split(':');
  const signal = how === 'freeze' ? 'SIGSTOP' : 'SIGKILL';
  trap = { when, name, digest: await digestOf(name), left: Number(count), signal };
}

let isWatching = false;
function watchCommands() {
  if (isWatching) return;
  isWatching = true;
  const packages = new URL('../../../packages/service-kit/package.json', import.meta.url);
  const { Redis } = createRequire(packages)('ioredis');
  const { sendCommand } = Redis.prototype;
  const moment = new Int32Array(new SharedArrayBuffer(4));
  const strike = ({ signal }) => {
    process.kill(process.pid, signal);
    // Another thread may be the one that is told: this one goes no further until all of them stand.
    Atomics.wait(moment, 0, 0, 20);
  };
  Redis.prototype.sendCommand = function (command, ...rest) {
    const sprung = trap;
    const { name, digest, when } = sprung ?? {};
    const isMeant = digest === undefined ? command.name.toLowerCase() === name : String(command.args[0]) === digest;
    if (sprung === undefined || !isMeant || --sprung.left !== 0) return sendCommand.call(this, command, ...rest);
    if (when === 'before') strike(sprung);
    const answered = sendCommand.call(this, command, ...rest);
    if (when === 'before') return answered;
    // Who has been told otherwise meanwhile is not struck any more: nobody would look after it.
    const strikeLate = () => trap === sprung && strike(sprung);
    command.promise.then(strikeLate, strikeLate);
    return answered;
  };
}

/** The digest by which Redis is asked for a script of the package; undefined where there is none of that name. */
async function digestOf(name) {
  const dist = fileURLToPath(new URL('../../../packages/replication/dist/', import.meta.url));
  const file = readdirSync(dist, { recursive: true }).find((one) => basename(one) === `${name}.js`);
  if (file === undefined) return undefined;
  let digest;
  const client = {
    async call(_command, first) {
      digest = String(first);
    },
  };
  const [script] = Object.values(await import(join(dist, file)));
  await script.run(client, [], []);
  return digest;
}

if (LOCKSTEP_TEST_STORES !== undefined) hearStores(LOCKSTEP_TEST_STORES, (key) => key.startsWith('own:'));
await set({
  ...(LOCKSTEP_TEST_SKEW_MS !== undefined && { skewMs: Number(LOCKSTEP_TEST_SKEW_MS) }),
  ...(LOCKSTEP_TEST_FAIL_POINT !== undefined && { failPoint: LOCKSTEP_TEST_FAIL_POINT }),
});
process.on('message', (message) => void set(message).then(() => process.send('set')));
// Whoever listens for messages alone need not stay alive.
process.channel?.unref();
