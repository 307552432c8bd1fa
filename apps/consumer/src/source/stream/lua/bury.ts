import { buryLua } from '../../../dead-letters/bury-lua.ts';

/**
 * Buries a message once. KEYS: 1 the state, 2 the ids that are done, 3 the dead letters. ARGV: 1 its id, 2 the greatest
 * length, then the fields. Reply: 1, or 0 when there is no room.
 */
export const buryOnceLua = `
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return 1 end
${buryLua('KEYS[3]', 2)}
redis.call('SADD', KEYS[2], ARGV[1])
return 1
`;
