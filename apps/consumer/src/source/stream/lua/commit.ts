/**
 * Notes what is done. KEYS: 1 the state, 2 the ids that are done, 3 the stream. ARGV: 1 the cursor, 2 how many entries
 * that are from the beginning, 3 '1' to remove entries that are done, 4 how many ids to add, then those, then the ids to
 * remove. Reply: 1. Running it twice does nothing more.
 */
export const commitLua = `
redis.call('HSET', KEYS[1], 'cursor', ARGV[1], 'passed', ARGV[2])
local last = 4 + tonumber(ARGV[4])
if last > 4 then redis.call('SADD', KEYS[2], unpack(ARGV, 5, last)) end
if #ARGV > last then redis.call('SREM', KEYS[2], unpack(ARGV, last + 1)) end
if ARGV[3] == '1' then redis.call('XTRIM', KEYS[3], 'MINID', ARGV[1]) end
return 1
`;
