"""What Redis does for budgets in one step each (Lua; Redis runs one script at a time).

The keys are counters (mserve/spending.py) and last the set of those that are to be settled.
"""

CHARGE = """
local count = #KEYS - 1
local kept, amount = ARGV[1], tonumber(ARGV[2])
local lacking = {'lacking'}
for i = 1, count do
  if redis.call('EXISTS', KEYS[i]) == 0 then lacking[#lacking + 1] = tostring(i - 1) end
end
if #lacking > 1 then return lacking end
for i = 1, count do
  local kind, limit = ARGV[3 * i + 1], tonumber(ARGV[3 * i + 2])
  local sums = redis.call('HMGET', KEYS[i], kind .. '+', kind .. '-')
  local left = limit - tonumber(sums[1] or 0) + tonumber(sums[2] or 0)
  if left < amount then return {'over', tostring(i - 1), string.format('%.0f', left)} end
end
local eras = {'charged'}
for i = 1, count do
  redis.call('HINCRBY', KEYS[i], ARGV[3 * i + 1] .. '+', ARGV[2])
  redis.call('EXPIRE', KEYS[i], kept)
  redis.call('SADD', KEYS[count + 1], ARGV[3 * i])
  eras[#eras + 1] = redis.call('HGET', KEYS[i], 'era')
end
return eras
"""
"""[kept, amount, (name, kind, limit)…]: charges all counters, or says which has what left, or which
are not there."""

REFUND = """
local count = #KEYS - 1
for i = 1, count do
  local name, kind, era = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local known = redis.call('HMGET', KEYS[i], 'era', kind .. '+', kind .. '-')
  if known[1] == era then
    local spent = tonumber(known[2] or 0) - tonumber(known[3] or 0)
    local amount = string.format('%.0f', math.min(tonumber(ARGV[1]), spent))
    redis.call('HINCRBY', KEYS[i], kind .. '-', amount)
    redis.call('SADD', KEYS[count + 1], name)
  end
end
"""
"""[amount, (name, kind, era)…]: gives back, in the same era, and never more than was spent."""

SEED = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'era', ARGV[2], 'owner', ARGV[3], unpack(ARGV, 4))
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
"""
"""[kept, era, owner, (field, sum)…]: begins a counter, if nobody else has."""

SETTLE = """
local equal = true
if redis.call('EXISTS', KEYS[1]) == 1 then
  for i = 2, #ARGV, 2 do
    local sum = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0)
    if sum < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
    if sum > tonumber(ARGV[i + 1]) then equal = false end
  end
end
if equal then redis.call('SREM', KEYS[2], ARGV[1]) end
"""
"""[name, (field, sum)…]: the tree has these sums; what Redis has forgotten of them it is told."""
