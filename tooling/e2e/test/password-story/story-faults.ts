import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

import type { FaultProxy } from '@lockstep/testing';

import type { Chance } from './chance.ts';
import type { PasswordStory } from './password-story.ts';
import type { ServiceProcess } from './service-process.ts';
import type { StoryRegion } from './story-region.ts';

/** Something that goes wrong for some milliseconds and is right again when it resolves. */
type Fault<Target> = (target: Target, ms: number, world: World) => Promise<void>;

interface World {
  readonly story: PasswordStory;
  readonly chance: Chance;
}

const serviceFaults: Readonly<Record<string, Fault<ServiceProcess>>> = {
  'kill -9': (service, _, { story }) => story.replace(service),
  freeze: ({ child }, ms) => freeze(child, ms),
  async silence(service, ms, world) {
    service.network.halfOpen();
    await changeWithout(service, ms, world);
    await service.network.heal();
  },
  async partition(service, ms, world) {
    await service.network.refuse();
    service.network.cut();
    await changeWithout(service, ms, world);
    await service.network.heal();
  },
};

const appFaults: Readonly<Record<string, Fault<StoryRegion>>> = {
  'kill -9 of the proxy': (region) => region.replace('proxy'),
  'kill -9 of the shipper': (region) => region.replace('shipper'),
  'kill -9 of the receiver': (region) => region.replace('receiver'),
  'freeze of the receiver': (region, ms) => freeze(region.app('receiver').child, ms),
};

/** Both ways between a receiver and those who ship to it. */
const linkFaults: Readonly<Record<string, Fault<StoryRegion>>> = {
  'silence of the link': ({ link }, ms) => breakLink(link, ms, () => link.halfOpen()),
  async 'refusal of the link'({ link }, ms) {
    await breakLink(link, ms, async () => {
      await link.refuse();
      link.cut();
    });
  },
};

/** Breaks services one after the other, every one of the ways at least once. Resolves with what happened. */
export function breakServices(story: PasswordStory, chance: Chance, isOver: () => boolean): Promise<string[]> {
  return breakThings(serviceFaults, () => chance.pick(story.services), {
    story,
    chance,
    isOver: eachOf(serviceFaults, isOver),
  });
}

/** Breaks the link to one of the regions, in both of the ways at least once. Resolves with what happened. */
export function breakLinks(story: PasswordStory, chance: Chance, isOver: () => boolean): Promise<string[]> {
  return breakThings(linkFaults, () => chance.pick(story.regions), {
    story,
    chance,
    isOver: eachOf(linkFaults, isOver),
  });
}

/** Breaks what carries changes to the other region until it is time. */
export function breakApps(story: PasswordStory, chance: Chance, isOver: () => boolean): Promise<string[]> {
  return breakThings(appFaults, () => chance.pick(story.regions), { story, chance, isOver });
}

function eachOf(faults: object, isOver: () => boolean): (happened: number) => boolean {
  const count = Object.keys(faults).length;
  return (happened) => happened >= count && isOver();
}

async function breakThings<Target extends { readonly name: string }>(
  faults: Readonly<Record<string, Fault<Target>>>,
  pickTarget: () => Target,
  { story, chance, isOver }: World & { isOver: (happened: number) => boolean },
): Promise<string[]> {
  const happened: string[] = [];
  const left = Object.entries(faults);
  while (!isOver(happened.length)) {
    await wait(chance.between(50, 400));
    if (left.length === 0) left.push(...Object.entries(faults));
    const [[name, fault]] = left.splice(Math.floor(chance.between(0, left.length)), 1) as [[string, Fault<Target>]];
    const target = pickTarget();
    // The first of each kind outlasts every lease.
    const isFirst = happened.length < Object.keys(faults).length;
    const ms = isFirst ? chance.between(1500, 2500) : chance.between(50, chance.pick([300, 2500]));
    happened.push(`${target.name}: ${name} (${ms.toFixed(0)} ms)`);
    await fault(target, ms, { story, chance });
  }
  return happened;
}

/** Passwords are changed while this service still serves what it has heard before. */
async function changeWithout(service: ServiceProcess, ms: number, { story, chance }: World): Promise<void> {
  const change = (): Promise<boolean> => story.change(service.region, chance, service);
  await Promise.all([wait(ms), change(), change()]);
}

async function breakLink(link: FaultProxy, ms: number, fault: () => void | Promise<void>): Promise<void> {
  await fault();
  await wait(ms);
  await link.heal();
}

async function freeze(child: ChildProcess, ms: number): Promise<void> {
  child.kill('SIGSTOP');
  await wait(ms);
  child.kill('SIGCONT');
}
