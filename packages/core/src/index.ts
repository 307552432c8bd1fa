// Time
export { type Clock, systemClock, type Timer } from './clock.ts';
export { type Backoff, type BackoffOptions, createBackoff } from './backoff.ts';
export { type DeadlineOptions, sleep, withDeadline } from './deadline.ts';

// Errors
export { CodedError, type CodedErrorOptions, describeError, toError } from './coded-error.ts';

// Bytes and characters
export { ByteWindow } from './byte-window.ts';
export { CHAR_CODE_AT, type CharCodeAt } from './char-code-at.ts';

// Collections
export { TurnoverMap } from './turnover-map.ts';

// Redis
export { type RedisArgument, type RedisClient, type RedisConnection } from './redis.ts';
export { createScript, type RedisScript } from './redis-script.ts';
