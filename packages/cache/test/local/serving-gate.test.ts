import type { Clock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createServingGate, type ServingGate } from '../../src/local/serving-gate.ts';

/** A machine whose clocks move as told: a suspended one moves the wall clock only, one that is set jumps. */
class Machine {
  wall = 1_700_000_000_000;
  running = 5000;
  looks = 0;
  #heardWall = this.wall;
  #heardRunning = this.running;
  isClosed = false;

  readonly clock: Clock = {
    now: () => Math.floor(this.wall),
    monotonic: () => {
      this.looks++;
      return this.running;
    },
    setTimer: () => ({ cancel() {} }),
  };

  pass(ms: number): void {
    this.wall += ms;
    this.running += ms;
  }

  suspend(ms: number): void {
    this.wall += ms;
  }

  hear(): void {
    this.#heardWall = this.wall;
    this.#heardRunning = this.running;
  }

  horizonAgeMs = (): number =>
    this.isClosed ? Infinity : Math.max(this.wall - this.#heardWall, this.running - this.#heardRunning);

  gate(): ServingGate {
    return createServingGate({ clock: this.clock, horizonAgeMs: this.horizonAgeMs, maxStalenessMs: 2000 });
  }
}

describe('the gate', () => {
  it('gives the moment, at most a millisecond late', () => {
    const machine = new Machine();
    const gate = machine.gate();
    for (const ms of [0, 0.3, 0.3, 0.3, 0.3, 7, 0.1]) {
      machine.pass(ms);
      expect(gate.moment()).toBeGreaterThanOrEqual(machine.running);
      expect(gate.moment()).toBeLessThanOrEqual(machine.running + 1);
    }
  });

  it('looks once in a millisecond', () => {
    const machine = new Machine();
    const gate = machine.gate();
    for (let i = 0; i < 1000; i++) gate.moment();
    expect(machine.looks).toBe(1);
    machine.pass(1);
    gate.moment();
    expect(machine.looks).toBe(2);
  });

  it('closes before the horizon is too old, and opens when it is heard again', () => {
    const machine = new Machine();
    const gate = machine.gate();
    machine.pass(1998);
    expect(gate.moment()).not.toBe(Infinity);
    machine.pass(1);
    expect(gate.moment()).toBe(Infinity);
    machine.pass(60_000);
    expect(gate.moment()).toBe(Infinity);
    machine.hear();
    machine.pass(1);
    expect(gate.moment()).toBe(machine.running + 1);
  });

  it('is closed at once after a turn that blocked for longer than the bound', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.moment()).not.toBe(Infinity);
    machine.pass(3000);
    expect(gate.moment()).toBe(Infinity);
  });

  it('is closed at once after the machine was suspended, though the monotonic clock stood still', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.moment()).not.toBe(Infinity);
    machine.suspend(3000);
    expect(gate.moment()).toBe(Infinity);
  });

  it('is not held open by a wall clock that is set back', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.moment()).not.toBe(Infinity);
    machine.pass(3000);
    machine.suspend(-2500);
    expect(gate.moment()).toBe(Infinity);
    machine.hear();
    machine.pass(1);
    expect(gate.moment()).not.toBe(Infinity);
    machine.pass(3000);
    machine.suspend(-4000);
    expect(gate.moment()).toBe(Infinity);
  });

  it('is closed within its millisecond when the horizon is lost and it is told so', () => {
    const machine = new Machine();
    const gate = machine.gate();
    expect(gate.moment()).not.toBe(Infinity);
    machine.isClosed = true;
    gate.recheck();
    expect(gate.moment()).toBe(Infinity);
  });

  it('is closed before anything was heard', () => {
    const { clock } = new Machine();
    const gate = createServingGate({ clock, horizonAgeMs: () => Infinity, maxStalenessMs: 2000 });
    expect(gate.moment()).toBe(Infinity);
  });
});
