import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { type FaultProxy, type RedisServer, startFaultProxy } from '@lockstep/testing';

import { Judge, type MemberMessage } from './judge.ts';

/** One process and the network between it and Redis. */
export interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly proxy: FaultProxy;
}

/** What every process is told. */
export interface FleetSettings {
  readonly maxStalenessMs: number;
  readonly keys: readonly string[];
  readonly seed: number;
}

/** Processes over one Redis, whose database this process is. */
export class FleetOfProcesses implements AsyncDisposable {
  readonly judge: Judge;
  readonly members: Member[] = [];
  readonly #redis: RedisServer;
  readonly #settings: FleetSettings;
  readonly #versions = new Map<string, number>();
  #started = 0;

  constructor(redis: RedisServer, settings: FleetSettings) {
    this.#redis = redis;
    this.#settings = settings;
    // What is confirmed is noted late, what is read early: there is nothing to forgive but the resolution of clocks.
    this.judge = new Judge(settings.maxStalenessMs + 2);
  }

  async start(): Promise<Member> {
    const proxy = await startFaultProxy({ to: this.#redis });
    const name = `p${this.#started++}`;
    const { seed } = this.#settings;
    // What a process writes it does not serve while it is cut off: half of them only read.
    const writeShare = this.#started % 2 === 0 ? 0 : 0.3;
    const settings = { ...this.#settings, name, port: proxy.port, seed: seed + this.#started, writeShare };
    const child = fork(fileURLToPath(new URL('member.mjs', import.meta.url)), [JSON.stringify(settings)]);
    const member = { name, child, proxy };
    child.on('message', (message: MemberMessage) => this.#hear(member, message));
    this.members.push(member);
    return member;
  }

  /** SIGKILL, and another one in its place. */
  async replace(member: Member): Promise<void> {
    const gone = once(member.child, 'exit');
    member.child.kill('SIGKILL');
    await gone;
    await member.proxy.close();
    this.members.splice(this.members.indexOf(member), 1);
    this.judge.forget(member.name);
    await this.start();
  }

  /** Lets everyone end what is under way, say what is left, and exit. */
  async finish(): Promise<void> {
    await this.#tell('settle', 'settled');
    // One that begins now knows nothing of what was.
    await this.start();
    await this.#tell('settle', 'settled');
    // Three heartbeats are three quarters of the bound.
    await wait(this.#settings.maxStalenessMs);
    for (const [code] of await this.#tell('finish', 'exit')) {
      if (code !== 0) this.judge.hear({ kind: 'failed', name: 'a process', text: `ended with ${String(code)}` });
    }
  }

  async #tell(kind: 'settle' | 'finish', until: 'settled' | 'exit'): Promise<unknown[][]> {
    const heard = this.members.map(({ child }) => once(child, until));
    for (const { child } of this.members) child.send({ kind });
    return Promise.all(heard);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, proxy } of this.members) {
      child.kill('SIGKILL');
      await proxy.close();
    }
  }

  #hear({ child }: Member, message: MemberMessage): void {
    this.judge.hear(message);
    if (message.kind === 'settled') child.emit('settled');
    if (message.kind !== 'ask') return;
    const before = this.#versions.get(message.key) ?? 1;
    const version = message.what === 'write' ? before + 1 : before;
    this.#versions.set(message.key, version);
    if (child.connected) child.send({ kind: 'answer', id: message.id, version });
  }
}
