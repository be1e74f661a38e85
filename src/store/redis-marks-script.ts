/** Marks in Redis: a key each, which Redis drops in its time, and an index of each scope in the order of its keys. */
export const MARKS = `
local function markOf(scope, name) return key('mark', scope, name) end

-- What Redis dropped is taken out of the index a little at a time, by whoever adds to it.
local function tidy(scope)
  local index = key('marks', scope)
  for _, name in ipairs(call('ZRANDMEMBER', index, 2)) do
    if call('EXISTS', markOf(scope, name)) == 0 then call('ZREM', index, name) end
  end
end

-- The index of a scope lasts as long as the last of its marks.
local function enter(scope, name, ttl)
  local index = key('marks', scope)
  local isNew = call('EXISTS', index) == 0
  call('ZADD', index, 0, name)
  local left = call('PTTL', index)
  if ttl == '' then call('PERSIST', index)
  elseif isNew or (left >= 0 and left < tonumber(ttl)) then call('PEXPIRE', index, ttl) end
  if not isNew then tidy(scope) end
end

ops['marks.set'] = function(scope, name, value, ttl)
  if ttl == '' then call('SET', markOf(scope, name), value)
  else call('SET', markOf(scope, name), value, 'PX', ttl) end
  enter(scope, name, ttl)
end

ops['marks.add'] = function(scope, name, value, ttl)
  if call('EXISTS', markOf(scope, name)) == 1 then return '0' end
  ops['marks.set'](scope, name, value, ttl)
  return '1'
end

ops['marks.get'] = function(scope, name)
  return call('GET', markOf(scope, name))
end

ops['marks.remove'] = function(scope, name, beginning)
  if beginning ~= '' and string.sub(call('GET', markOf(scope, name)) or '', 1, #beginning) ~= beginning then return end
  call('DEL', markOf(scope, name))
  call('ZREM', key('marks', scope), name)
end

-- Some from one of them on: where to go on, empty at the end; then names and values in turn.
ops['marks.list'] = function(scope, from, limit)
  local names = call('ZRANGEBYLEX', key('marks', scope), from, '+', 'LIMIT', 0, limit)
  local found = {#names == tonumber(limit) and '(' .. names[#names] or ''}
  for _, name in ipairs(names) do
    local value = call('GET', markOf(scope, name))
    if value then
      found[#found + 1] = name
      found[#found + 1] = value
    end
  end
  return found
end
`;
