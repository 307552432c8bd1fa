/**
 * Writes into the book of tries. KEYS as for `beginLua`. ARGV: 1 the token, 2 the tries or '' to strike out, then the
 * messages; without any the reader has left. Reply: 1.
 *
 * Messages that were taken from the queue behind its back leave their tries; those go after 30 days in which nothing was
 * noted, or all at once when they are too many.
 */
export const noteLua = `
if #ARGV == 2 then
  redis.call('HSET', KEYS[2], 'left', ARGV[1])
elseif ARGV[2] == '' then
  for i = 3, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
else
  if redis.call('HLEN', KEYS[1]) >= 10000 then redis.call('DEL', KEYS[1]) end
  for i = 3, #ARGV do redis.call('HSET', KEYS[1], ARGV[i], ARGV[2]) end
  redis.call('PEXPIRE', KEYS[1], 2592000000)
end
return 1
`;
