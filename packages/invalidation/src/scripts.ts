// The Lua scripts of the log: for a stand-in of Redis that runs them, and for whoever audits what Redis is asked to do.
export { createAppendScript } from './lua/append.ts';
export { beatScript } from './lua/beat.ts';
export { createClearScript } from './lua/clear.ts';
export { laggardsScript } from './lua/laggards.ts';
