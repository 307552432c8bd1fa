import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { listenForKills } from '../src/view/listen-for-kills.ts';

class Terminal extends EventEmitter {
  isRaw = false;
  isPaused = true;
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  resume(): void {
    this.isPaused = false;
  }

  pause(): void {
    this.isPaused = true;
  }
}

function listen(terminal: Terminal): { heard: string[]; stop: () => void } {
  const heard: string[] = [];
  const stop = listenForKills(terminal, {
    onKill: () => heard.push('kill'),
    onInterrupt: () => heard.push('interrupt'),
  });
  return { heard, stop };
}

describe('the keys of the playground', () => {
  it('are k and Ctrl-C on a terminal, which is as before afterwards', () => {
    const terminal = new Terminal(true);
    const { heard, stop } = listen(terminal);
    expect([terminal.isRaw, terminal.isPaused]).toEqual([true, false]);
    for (const key of ['k', 'x', '\u0003']) terminal.emit('data', Buffer.from(key));
    stop();
    terminal.emit('data', Buffer.from('k'));
    expect([heard, terminal.isRaw, terminal.isPaused]).toEqual([['kill', 'interrupt'], false, true]);
  });

  it('are left alone where the input is no terminal', () => {
    const terminal = new Terminal(false);
    const { heard, stop } = listen(terminal);
    terminal.emit('data', Buffer.from('k'));
    expect([heard, terminal.isRaw, terminal.isPaused]).toEqual([[], false, true]);
    stop();
  });

  it('have a signal beside them, which counts until it ends', () => {
    const { heard, stop } = listen(new Terminal(false));
    process.emit('SIGUSR2');
    stop();
    expect([heard, process.listenerCount('SIGUSR2')]).toEqual([['kill'], 0]);
  });
});
