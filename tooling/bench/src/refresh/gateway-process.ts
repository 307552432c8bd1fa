import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { withDeadline } from '@lockstep/core';

import type { GatewayAnswer, GatewayRequest, GatewaySettings } from './gateway-messages.ts';

const script = fileURLToPath(new URL('gateway-server.js', import.meta.url));
/** Only a hang exceeds it. */
const patienceMs = 60_000;

/** A process that reads. */
export interface GatewayProcess extends AsyncDisposable {
  /** @throws Error with what went wrong in it. */
  ask(request: GatewayRequest): Promise<GatewayAnswer>;
}

/** Starts one and waits until it is ready. @throws Error when it ends before. */
export async function startGateway(settings: GatewaySettings): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => {
    throw new Error(`${settings.peer}: the process ended with code ${String(code)}`);
  });
  failed.catch(() => {});

  async function next(): Promise<GatewayAnswer> {
    const onTimeout = (): Error => new Error(`${settings.peer}: no answer within ${patienceMs} ms`);
    const message = once(child, 'message') as Promise<[GatewayAnswer]>;
    const [answer] = await withDeadline(Promise.race([message, failed]), { ms: patienceMs, onTimeout });
    if (answer.error !== undefined) throw new Error(`${settings.peer}: ${answer.error}`);
    return answer;
  }

  async function close(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }

  try {
    await next();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async ask(request) {
      const answer = next();
      child.send(request);
      return answer;
    },
    [Symbol.asyncDispose]: close,
  };
}
