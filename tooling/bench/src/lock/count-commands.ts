import { Redis } from 'ioredis';

/** How many commands all clients of this process have sent since it was called; scripts count once. */
export function countCommands(): () => number {
  let sent = 0;
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function count(...args) {
    sent += 1;
    return sendCommand.apply(this, args);
  };
  return () => sent;
}
