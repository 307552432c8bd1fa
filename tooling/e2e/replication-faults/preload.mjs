// Loaded into an app before its own code, for these tests only: moves its clock, and ends it at a named place.
// LOCKSTEP_TEST_SKEW_MS: milliseconds that its clock is ahead.
// LOCKSTEP_TEST_FAIL_POINT: `before:commit-batch:3` ends it by SIGKILL before the third run of that script, `after:` when
// Redis has answered it. A name without a script of that name in the package is that of a Redis command.
// A message `{ skewMs, failPoint }` sets both anew, and is answered when it holds; what is left out is as usual again.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { LOCKSTEP_TEST_SKEW_MS, LOCKSTEP_TEST_FAIL_POINT } = process.env;
const SystemDate = Date;
let ahead = 0;
/** Where it ends: what to count, and how often it may still happen. */
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
  const [when, name, count] = failPoint.split(':');
  trap = { when, name, digest: await digestOf(name), left: Number(count) };
}

let isWatching = false;
function watchCommands() {
  if (isWatching) return;
  isWatching = true;
  const packages = new URL('../../../packages/service-kit/package.json', import.meta.url);
  const { Redis } = createRequire(packages)('ioredis');
  const { sendCommand } = Redis.prototype;
  const end = () => process.kill(process.pid, 'SIGKILL');
  Redis.prototype.sendCommand = function (command, ...rest) {
    const { name, digest, when } = trap ?? {};
    const isMeant = digest === undefined ? command.name.toLowerCase() === name : String(command.args[0]) === digest;
    if (trap === undefined || !isMeant || --trap.left !== 0) return sendCommand.call(this, command, ...rest);
    if (when === 'before') end();
    const answered = sendCommand.call(this, command, ...rest);
    command.promise.then(end, end);
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

await set({
  ...(LOCKSTEP_TEST_SKEW_MS !== undefined && { skewMs: Number(LOCKSTEP_TEST_SKEW_MS) }),
  ...(LOCKSTEP_TEST_FAIL_POINT !== undefined && { failPoint: LOCKSTEP_TEST_FAIL_POINT }),
});
process.on('message', (message) => void set(message).then(() => process.send('set')));
// Whoever listens for messages alone need not stay alive.
process.channel?.unref();
