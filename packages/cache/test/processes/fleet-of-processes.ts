import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { type FaultProxy, type MemcachedServer, startFaultProxy } from '@lockstep/testing';

import { ClockFile } from './clock-file.ts';
import { Judge, type MemberMessage } from './judge.ts';
import type { RedisPair } from './redis-pair.ts';
import type { RelayHost } from './relay-host.ts';

/** One process and the network between it and Redis. */
export interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly proxy: FaultProxy;
  /** Where values are shared in memcached. */
  readonly memcachedProxy: FaultProxy | undefined;
  /** Of its machine. */
  readonly clock: ClockFile;
  /** The machine on which it follows through a relay. */
  readonly host: RelayHost | undefined;
  /** How much of what it does is writing. */
  readonly writeShare: number;
}

/** What every process is told. */
export interface FleetSettings {
  readonly maxStalenessMs: number;
  readonly keys: readonly string[];
  readonly seed: number;
}

/** What the processes share. */
export interface FleetServers {
  readonly redis: RedisPair;
  /** For values, where they are not in Redis. */
  readonly memcached: MemcachedServer | undefined;
  /** Where every second process follows through a relay. */
  readonly host: RelayHost | undefined;
}

/** Processes over one Redis, whose database this process is. */
export class FleetOfProcesses implements AsyncDisposable {
  readonly judge: Judge;
  readonly members: Member[] = [];
  readonly #servers: FleetServers;
  readonly #settings: FleetSettings;
  readonly #versions = new Map<string, number>();
  #started = 0;

  constructor(servers: FleetServers, settings: FleetSettings) {
    this.#servers = servers;
    this.#settings = settings;
    // What is confirmed is noted late, what is read early: there is nothing to forgive but the resolution of clocks.
    this.judge = new Judge(settings.maxStalenessMs + 2);
  }

  /** One more process, in the next place, or in that of another one. */
  async start(place: Pick<Member, 'host' | 'writeShare'> = this.#placeOf(this.#started + 1)): Promise<Member> {
    const { host, writeShare } = place;
    const { redis, memcached } = this.#servers;
    const proxy = await startFaultProxy({ to: redis.address });
    const memcachedProxy = memcached === undefined ? undefined : await startFaultProxy({ to: memcached });
    const name = `p${this.#started++}`;
    const { seed } = this.#settings;
    const places = { port: proxy.port, memcachedPort: memcachedProxy?.port, relayPath: host?.gate.path };
    const settings = { ...this.#settings, name, ...places, seed: seed + this.#started, writeShare };
    const clock = host?.clock ?? new ClockFile(name);
    const child = fork(fileURLToPath(new URL('member.mjs', import.meta.url)), [JSON.stringify(settings)], {
      env: { ...process.env, LOCKSTEP_CLOCK_FILE: clock.path },
    });
    const member = { name, child, proxy, memcachedProxy, clock, host, writeShare };
    child.on('message', (message: MemberMessage) => this.#hear(member, message));
    this.members.push(member);
    await once(child, 'ready');
    return member;
  }

  /** SIGKILL, and another one in its place. */
  async replace(member: Member): Promise<void> {
    const gone = once(member.child, 'exit');
    member.child.kill('SIGKILL');
    await gone;
    await release(member);
    this.members.splice(this.members.indexOf(member), 1);
    this.judge.forget(member.name);
    await this.start(member);
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
    for (const member of this.members) {
      member.child.kill('SIGKILL');
      await release(member);
    }
  }

  #placeOf(index: number): Pick<Member, 'host' | 'writeShare'> {
    return {
      // One that writes and one that only reads behind the relay, and the same beside it.
      host: index % 4 < 2 ? undefined : this.#servers.host,
      // What a process writes it does not serve while it is cut off: half of them only read.
      writeShare: index % 2 === 0 ? 0 : 0.3,
    };
  }

  #hear({ child }: Member, message: MemberMessage): void {
    this.judge.hear(message);
    if (message.kind === 'settled' || message.kind === 'ready') child.emit(message.kind);
    if (message.kind !== 'ask') return;
    const before = this.#versions.get(message.key) ?? 1;
    const version = message.what === 'write' ? before + 1 : before;
    this.#versions.set(message.key, version);
    if (child.connected) child.send({ kind: 'answer', id: message.id, version });
  }
}

async function release({ proxy, memcachedProxy, clock, host }: Member): Promise<void> {
  if (host === undefined) clock[Symbol.dispose]();
  await proxy.close();
  await memcachedProxy?.close();
}
