/**
 * Opens the book of tries for a leader. KEYS: 1 the tries, a hash of `refused unfinished` by message; 2 the reader, a
 * hash of the tokens of who `began` last and who `left` last. ARGV: 1 the token. Reply: { 1 where the reader before has
 * not left, else 0; then message and tries of each }.
 */
export const beginLua = `
local began, left = unpack(redis.call('HMGET', KEYS[2], 'began', 'left'))
local doubted = began and began ~= left and began ~= ARGV[1]
redis.call('HSET', KEYS[2], 'began', ARGV[1])
local reply = redis.call('HGETALL', KEYS[1])
table.insert(reply, 1, doubted and 1 or 0)
return reply
`;
