/** What is only looked at in the outbox in Redis. */
export const OUTBOX_VIEWS = `
local STATES = {'waiting', 'sending', 'unknown', 'held', 'expired'}

local function told(e)
  local values = {}
  for i, field in ipairs(FIELDS) do values[i] = e[field] end
  return values
end

local function isEmpty(account, to)
  return call('EXISTS', key('lane', account, to), key('asleep', account, to)) == 0
end

-- When the next job comes that has something to do. Some come for lanes whose entries were removed.
local function nextJob(account)
  local at, job, time = key('comes', account)
  for _ = 1, 1000 do
    job, time = unpack(call('ZRANGE', at, 0, 0, 'WITHSCORES'))
    if not job or not isEmpty(account, string.match(job, '^(.*)%.')) then return time or '' end
    call('ZREM', at, job)
  end
  return time
end

-- When the next job comes, when the next entry expires, and how many claims there are.
ops['outbox.next'] = function(account)
  return {
    nextJob(account),
    call('ZRANGE', key('ends', account), 0, 0, 'WITHSCORES')[2] or '',
    string.format('%d', call('HLEN', key('claims', account))),
  }
end

-- Jobs that come between two times.
ops['outbox.coming'] = function(account, from, to, limit)
  return call('ZRANGEBYSCORE', key('comes', account), from, to, 'LIMIT', 0, limit)
end

ops['outbox.find'] = function(reference)
  local e = get(entryAt(reference))
  return e and told(e)
end

-- How many there are in each state, then when the oldest of them all was taken in.
ops['outbox.counts'] = function(account)
  local counts, oldest = {}, nil
  for i, state in ipairs(STATES) do
    local at = key('state', account, state)
    counts[i] = string.format('%d', call('ZCARD', at))
    local time = call('ZRANGE', at, 0, 0, 'WITHSCORES')[2]
    if time and (not oldest or tonumber(time) < tonumber(oldest)) then oldest = time end
  end
  counts[#counts + 1] = oldest
  return counts
end

-- Entries of a state from a rank on, of which some are looked at.
ops['outbox.list'] = function(account, state, from, count)
  local entries = {}
  for i, place in ipairs(call('ZRANGE', key('state', account, state), from, from + count - 1)) do
    entries[i] = told(get(entryAt(string.match(place, ' (.*)$'))))
  end
  return entries
end

-- Entries of a state to one recipient that are in its lane, the oldest first.
ops['outbox.lane'] = function(account, to, state, limit)
  local found, entries = {}, {}
  for _, lane in ipairs({'lane', 'asleep'}) do
    for _, reference in ipairs(call('ZRANGE', key(lane, account, to), 0, -1)) do
      local e = get(entryAt(reference))
      if e.state == state then found[#found + 1] = e end
    end
  end
  table.sort(found, function(a, b)
    if a.createdAt ~= b.createdAt then return tonumber(a.createdAt) < tonumber(b.createdAt) end
    return tonumber(a.seq) < tonumber(b.seq)
  end)
  for i = 1, math.min(limit, #found) do entries[i] = told(found[i]) end
  return entries
end
`;
