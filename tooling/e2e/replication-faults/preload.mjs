// Loaded into an app before its own code, for these tests only: moves its clock, and ends it at a named place.
// LOCKSTEP_TEST_SKEW_MS: milliseconds that its clock is ahead.
// LOCKSTEP_TEST_FAIL_POINT: `before:commit-batch:3` ends it by SIGKILL before the third run of that script, `after:` when
// Redis has answered it. A name without a script of that name in the package is that of a Redis command.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { LOCKSTEP_TEST_SKEW_MS: skew, LOCKSTEP_TEST_FAIL_POINT: failPoint } = process.env;
if (skew !== undefined) moveClock(Number(skew));
if (failPoint !== undefined) await arm(failPoint);

function moveClock(ms) {
  const now = Date.now.bind(Date);
  globalThis.Date = class extends Date {
    constructor(...args) {
      super(...(args.length === 0 ? [now() + ms] : args));
    }
    static now() {
      return now() + ms;
    }
  };
}

async function arm(text) {
  const [when, name, count] = text.split(':');
  const digest = await digestOf(name);
  const packages = new URL('../../../packages/service-kit/package.json', import.meta.url);
  const { Redis } = createRequire(packages)('ioredis');
  const { sendCommand } = Redis.prototype;
  let left = Number(count);
  const end = () => process.kill(process.pid, 'SIGKILL');
  Redis.prototype.sendCommand = function (command, ...rest) {
    const isMeant = digest === undefined ? command.name.toLowerCase() === name : String(command.args[0]) === digest;
    if (!isMeant || --left !== 0) return sendCommand.call(this, command, ...rest);
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
