import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type FaultProxy, startFaultProxy } from '@lockstep/testing';

import { ClockFile } from './clock-file.ts';
import type { Member } from './fleet-of-processes.ts';
import type { ServiceAddress } from './service-address.ts';
import { SocketGate } from './socket-gate.ts';

/** A machine whose processes follow through one relay, and have one clock. To faults its relay is one process more. */
export class RelayHost implements Member, AsyncDisposable {
  readonly name = 'relay';
  readonly host: RelayHost = this;
  readonly writeShare = 0;
  readonly clock: ClockFile = new ClockFile('relay');
  /** Between the relay and Redis. */
  readonly proxy: FaultProxy;
  /** No process of it shares values in memcached by way of the relay. */
  readonly memcachedProxy = undefined;
  /** Between its processes and the relay. */
  readonly gate: SocketGate;
  readonly #dir: string;
  readonly #maxStalenessMs: number;
  #child: ChildProcess | undefined;

  private constructor(dir: string, proxy: FaultProxy, gate: SocketGate, maxStalenessMs: number) {
    this.#dir = dir;
    this.proxy = proxy;
    this.gate = gate;
    this.#maxStalenessMs = maxStalenessMs;
  }

  static async start(redis: ServiceAddress, maxStalenessMs: number): Promise<RelayHost> {
    const dir = await mkdtemp(join(tmpdir(), 'lockstep-host-'));
    const gate = await SocketGate.open(join(dir, 'gate.sock'), join(dir, 'relay.sock'));
    const host = new RelayHost(dir, await startFaultProxy({ to: redis }), gate, maxStalenessMs);
    await host.#launch();
    return host;
  }

  /** The process of the relay. */
  get child(): ChildProcess {
    return this.#child!;
  }

  /** SIGKILL, and another one in its place that finds the socket file of the first. */
  async replaceRelay(): Promise<void> {
    await this.#kill();
    await this.#launch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    await this.gate[Symbol.asyncDispose]();
    await this.proxy.close();
    this.clock[Symbol.dispose]();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #launch(): Promise<void> {
    const settings = {
      path: join(this.#dir, 'relay.sock'),
      port: this.proxy.port,
      maxStalenessMs: this.#maxStalenessMs,
    };
    this.#child = fork(fileURLToPath(new URL('relay.mjs', import.meta.url)), [JSON.stringify(settings)], {
      env: { ...process.env, LOCKSTEP_CLOCK_FILE: this.clock.path },
    });
    await once(this.#child, 'message');
  }

  async #kill(): Promise<void> {
    const child = this.child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
