/**
 * Tracked messages in Redis: a key each. Of the open ones it is known when each is due, and, by how often it was asked
 * about, which was saved least recently; of each recipient, what was sent to it; and which were accepted last.
 */
export const TRACKED = `
local function trackedAt(account, id) return key('tracked', account, id) end

local function enterOpen(account, id, message, due)
  call('ZADD', key('due', account), due, id)
  call('ZADD', key('asked', account), message.asked, message.asked)
  call('ZADD', key('open', account, message.asked), message.turn, id)
end

local function leaveOpen(account, id)
  call('ZREM', key('due', account), id)
  for _, asked in ipairs(call('ZRANGE', key('asked', account), 0, -1)) do call('ZREM', key('open', account, asked), id) end
end

-- Where it is found by its reference and its recipient. ttl: milliseconds that it is kept, empty for no end.
local function enterNames(account, id, message, acceptedAt, ttl)
  local reference, sent = key('reference', account, message.reference), key('sent', account, message.to)
  call('SET', reference, id)
  if ttl ~= '' then call('PEXPIRE', reference, ttl) end
  for _, other in ipairs(call('ZRANGE', sent, 0, 1)) do
    if call('EXISTS', trackedAt(account, other)) == 0 then call('ZREM', sent, other) end
  end
  local left = call('PTTL', sent)
  call('ZADD', sent, acceptedAt, id)
  if ttl == '' then call('PERSIST', sent)
  elseif left ~= -1 and left < tonumber(ttl) then call('PEXPIRE', sent, ttl) end
end

-- So many of those that were accepted last are remembered in their order.
local RECENT = 1000

local function enterRecent(account, id, acceptedAt, ttl)
  local recent = key('recent', account)
  local left = call('PTTL', recent)
  call('ZADD', recent, acceptedAt, id)
  call('ZREMRANGEBYRANK', recent, 0, -1 - RECENT)
  if ttl == '' then call('PERSIST', recent)
  elseif left ~= -1 and left < tonumber(ttl) then call('PEXPIRE', recent, ttl) end
end

local function leaveNames(account, id, message)
  local reference = key('reference', account, message.reference)
  if call('GET', reference) == id then call('DEL', reference) end
  call('ZREM', key('sent', account, message.to), id)
end

-- due: empty for one that is final.
ops['tracked.save'] = function(account, id, version, reference, to, acceptedAt, asked, due, ttl, body)
  local old = get(trackedAt(account, id))
  if (old and old.version or '0') ~= version then return '0' end
  if old then
    leaveOpen(account, id)
    leaveNames(account, id, old)
  end
  local turn = string.format('%d', call('INCR', key('saves')))
  local message = {
    version = string.format('%d', version + 1), turn = turn, reference = reference, to = to, asked = asked, body = body,
  }
  call('SET', trackedAt(account, id), cmsgpack.pack(message))
  if ttl ~= '' then call('PEXPIRE', trackedAt(account, id), ttl) end
  enterNames(account, id, message, acceptedAt, ttl)
  enterRecent(account, id, acceptedAt, ttl)
  if due ~= '' then enterOpen(account, id, message, due) end
  return '1'
end

-- Of those ids, the messages that there are: version and body in turn.
local function told(account, ids)
  local found = {}
  for _, id in ipairs(ids) do
    local message = get(trackedAt(account, id))
    if message then
      found[#found + 1] = message.version
      found[#found + 1] = message.body
    end
  end
  return found
end

-- The same of open ones: what nobody asked about until its time was over is nobody's any more.
local function toldOpen(account, ids)
  for _, id in ipairs(ids) do
    if call('EXISTS', trackedAt(account, id)) == 0 then leaveOpen(account, id) end
  end
  return told(account, ids)
end

ops['tracked.find'] = function(account, id) return told(account, {id}) end

ops['tracked.findReference'] = function(account, reference)
  local id = call('GET', key('reference', account, reference))
  return id and told(account, {id}) or {}
end

ops['tracked.sentTo'] = function(account, to, since)
  return told(account, call('ZRANGEBYSCORE', key('sent', account, to), since, '+inf'))
end

ops['tracked.recent'] = function(account, limit)
  return told(account, call('ZREVRANGE', key('recent', account), 0, limit - 1))
end

-- Of each count of questions so many are looked at; those saved least recently come first in all of them.
local SEEN, PAGE = 5000, 500

-- The least recently saved of those that were asked about less than so often, and are due.
local function oldest(account, asked, now, limit)
  local found = {}
  for _, count in ipairs(call('ZRANGEBYSCORE', key('asked', account), '-inf', '(' .. asked)) do
    local from, taken, ids = 0, 0
    repeat
      ids = call('ZRANGE', key('open', account, count), from, from + PAGE - 1, 'WITHSCORES')
      for i = 1, #ids, 2 do
        if taken < limit and tonumber(call('ZSCORE', key('due', account), ids[i])) <= now then
          found[#found + 1] = {id = ids[i], turn = tonumber(ids[i + 1])}
          taken = taken + 1
        end
      end
      from = from + PAGE
    until #ids < 2 * PAGE or taken == limit or from == SEEN
  end
  table.sort(found, function(a, b) return a.turn < b.turn end)
  local ids = {}
  for i = 1, math.min(limit, #found) do ids[i] = found[i].id end
  return toldOpen(account, ids)
end

ops['tracked.due'] = function(account, now, limit)
  local ids = call('ZRANGEBYSCORE', key('due', account), '-inf', now, 'LIMIT', 0, PAGE)
  if #ids == PAGE then return oldest(account, 'inf', tonumber(now), tonumber(limit)) end
  local turns = {}
  for _, id in ipairs(ids) do turns[id] = tonumber((get(trackedAt(account, id)) or {turn = 0}).turn) end
  table.sort(ids, function(a, b) return turns[a] < turns[b] end)
  for i = #ids, limit + 1, -1 do ids[i] = nil end
  return toldOpen(account, ids)
end

ops['tracked.open'] = function(account, limit, asked)
  return oldest(account, asked, math.huge, tonumber(limit))
end

ops['tracked.nextDue'] = function(account)
  return call('ZRANGE', key('due', account), 0, 0, 'WITHSCORES')[2]
end
`;
