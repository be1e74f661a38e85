/**
 * The outbox in Redis: a key for each entry, and for each recipient a lane in the order in which its messages go. What
 * makes a lane's turn come is a job of BullMQ. That no lane is ever left without one, whenever a process dies, rests on
 * this: an entry is stored only when a job was added for it, and a job is given up only when the lane is empty, is
 * claimed by another job, or has another one to come no later than its next entry is due. `comes` has the jobs to come.
 */
import { OUTBOX_VIEWS } from './redis-outbox-views';

const LANES = `
local APART = {held = true, expired = true}
local FIELDS = {
  'reference', 'account', 'to', 'state', 'attempts', 'notBefore', 'expiresAt', 'startedAt', 'createdAt', 'lookups', 'body',
}

local function entryAt(reference) return key('entry', reference) end
-- What became of one that is there no more, for a while: 'ended', with no record of a receipt, or 'withdrawn'.
local function goneAt(reference) return key('gone', reference) end
-- In the order in which they were taken in, among those of the same moment.
local function placeOf(e) return string.format('%015d %s', e.seq, e.reference) end
local function nextSeq() return string.format('%d', call('INCR', key('seq'))) end

local function entryOf(...)
  local e = {}
  for i, field in ipairs(FIELDS) do e[field] = select(i, ...) end
  return e
end

-- One that was never tried lets later ones pass while it sleeps.
local function sleeps(e)
  return e.state == 'waiting' and tonumber(e.attempts) == 0 and tonumber(e.notBefore) > clock
end

local function enter(e)
  call('ZADD', key('state', e.account, e.state), e.createdAt, placeOf(e))
  if e.state == 'waiting' then call('ZADD', key('ends', e.account), e.expiresAt, e.reference) end
  if sleeps(e) then call('ZADD', key('asleep', e.account, e.to), e.notBefore, e.reference)
  elseif not APART[e.state] then call('ZADD', key('lane', e.account, e.to), e.seq, e.reference) end
  call('SET', entryAt(e.reference), cmsgpack.pack(e))
end

local function leave(e)
  call('ZREM', key('state', e.account, e.state), placeOf(e))
  call('ZREM', key('ends', e.account), e.reference)
  call('ZREM', key('lane', e.account, e.to), e.reference)
  call('ZREM', key('asleep', e.account, e.to), e.reference)
end

local function change(e, changes)
  leave(e)
  for field, value in pairs(changes) do e[field] = value end
  enter(e)
end

-- The entry of a lane whose turn comes next, and when.
local function upcoming(account, to, now)
  local lane, asleep = key('lane', account, to), key('asleep', account, to)
  for _, reference in ipairs(call('ZRANGEBYSCORE', asleep, '-inf', now)) do
    local e = get(entryAt(reference))
    call('ZREM', asleep, reference)
    call('ZADD', lane, e.seq, reference)
  end
  local first, sleeper = call('ZRANGE', lane, 0, 0)[1], call('ZRANGE', asleep, 0, 0, 'WITHSCORES')
  local e = first and get(entryAt(first))
  if sleeper[1] and (not e or tonumber(e.notBefore) > math.max(now, tonumber(sleeper[2]))) then
    e = get(entryAt(sleeper[1]))
  end
  return e, e and tonumber(e.notBefore)
end

local function claimOf(account, to)
  local token, job, reference = string.match(call('HGET', key('claims', account), to) or '', '^(%S+) (%S+) (.*)$')
  return token and {token = token, job = job, reference = reference}
end

-- Ends the claim of a lane, if it is still the one with this token.
local function release(account, to, token)
  local claim = claimOf(account, to)
  if not claim or claim.token ~= token then return false end
  call('HDEL', key('claims', account), to)
  return true
end

-- When a job is to come again; empty when it has done its part.
local function comesAt(account, job)
  return call('ZSCORE', key('comes', account), job) or ''
end

-- Sees to it that a job comes for the next entry of a lane that nobody has claimed: this one, if there is no other.
local function cover(account, to, job)
  if call('HEXISTS', key('claims', account), to) == 1 then return end
  local e, at = upcoming(account, to, clock)
  if not e then return end
  local comes = tonumber(call('ZSCORE', key('comes', account), e.job) or 'inf')
  if comes <= math.max(at, clock) then return end
  e.job = job
  call('SET', entryAt(e.reference), cmsgpack.pack(e))
  call('ZADD', key('comes', account), 'LT', at, job)
end

-- An entry has left its lane: which of the lane's jobs has to come earlier now (after its account), and when.
local function hurry(e, job)
  local before = tonumber(comesAt(e.account, job))
  if not before then return end
  cover(e.account, e.to, job)
  local at = comesAt(e.account, job)
  if tonumber(at) < before then return {e.account, job, at} end
end
`;

const CHANGES = `
-- Has BullMQ taken the job that was added for an account's lane? It keeps it at <prefix>:<queue>:<id>.
local function expect(account, job)
  if call('EXISTS', key('outbox-' .. account, job)) == 0 then error({err = 'BullMQ has not taken the job'}) end
end

local function store(e, job)
  expect(e.account, job)
  e.job, e.seq = job, nextSeq()
  call('ZADD', key('comes', e.account), e.notBefore, job)
  enter(e)
end

ops['outbox.add'] = function(job, ...)
  local e = entryOf(...)
  if call('EXISTS', entryAt(e.reference)) == 1 then error({err = 'It is there already'}) end
  if call('GET', goneAt(e.reference)) == 'withdrawn' then error({err = 'It was taken back'}) end
  store(e, job)
end

-- Whoever had claimed the lane has died: what it was sending may have left.
local function takeOver(account, to, reference)
  call('HDEL', key('claims', account), to)
  local e = get(entryAt(reference))
  if not e or e.account ~= account or APART[e.state] or e.state == 'waiting' then return nil end
  if e.state == 'sending' then change(e, {state = 'unknown', lookups = '0'}) end
  return e
end

-- The entry of a lane whose turn has come; or else when the job that came is to come again.
local function turn(account, to, job, now)
  local e, at = upcoming(account, to, now)
  if not e then return nil, '' end
  -- One that has expired is left to those who tell of it.
  local isOver = e.state == 'waiting' and tonumber(e.expiresAt) <= now
  if at <= now and not isOver then return e end
  cover(account, to, job)
  local again = comesAt(account, job)
  return nil, isOver and again ~= '' and string.format('%.0f', now + 20) or again
end

local function claim(account, now, job, to, token)
  call('ZREM', key('comes', account), job)
  local claimed = claimOf(account, to)
  if claimed and claimed.job ~= job then return {''} end
  local e, again = claimed and takeOver(account, to, claimed.reference)
  if not e then e, again = turn(account, to, job, tonumber(now)) end
  if not e then return {again} end
  if e.state == 'waiting' then
    change(e, {state = 'sending', attempts = string.format('%d', e.attempts + 1), startedAt = now})
  end
  call('HSET', key('claims', account), to, table.concat({token, job, e.reference}, ' '))
  return {'', told(e)}
end

-- For each job that came, with its recipient and its token: when it is to come again, or the entry that it claims.
ops['outbox.claim'] = function(account, now, ...)
  local answers, jobs = {}, {...}
  for i = 1, #jobs, 3 do
    answers[#answers + 1] = claim(account, now, jobs[i], jobs[i + 1], jobs[i + 2])
  end
  return answers
end

-- Is an entry to be changed by who says so: the one who has claimed it, or, with no token, anyone while nobody has?
local function isFree(e, account, to, token)
  if token ~= '' then return release(account, to, token) end
  local claimed = e and claimOf(e.account, e.to)
  return not claimed or claimed.reference ~= e.reference
end

-- After a claim: when its job is to come again. Without one: which job has to come earlier, and when.
local function after(e, account, to, token, job)
  if token == '' then return e and hurry(e, job) end
  cover(account, to, job)
  return comesAt(account, job)
end

-- Without a claim the job is one that was added for it.
ops['outbox.save'] = function(account, to, token, job, ...)
  local given = entryOf(...)
  local e = get(entryAt(given.reference))
  if e and token == '' then expect(e.account, job) end
  local free = isFree(e, account, to, token)
  if e and free then
    leave(e)
    local hasLeft = APART[e.state] and not APART[given.state]
    given.account, given.to, given.createdAt = e.account, e.to, e.createdAt
    given.job, given.seq = e.job, hasLeft and nextSeq() or e.seq
    if token == '' then
      given.job = job
      call('ZADD', key('comes', e.account), given.notBefore, job)
    end
    enter(given)
  end
  return after(e, account, to, token, job)
end

-- Seconds for which it is remembered: as long as a store may be out of reach that does not know of it; and for good.
local GONE, WITHDRAWN = 3600, 86400

-- Has one of these accounts a receipt for it?
local function isAccepted(reference, ...)
  for _, account in ipairs({...}) do
    if call('EXISTS', key('reference', account, reference)) == 1 then return true end
  end
  return false
end

ops['outbox.remove'] = function(reference, account, to, token, job)
  local e = get(entryAt(reference))
  if e then
    leave(e)
    call('DEL', entryAt(reference))
    if not isAccepted(reference, e.account) then call('SET', goneAt(reference), 'ended', 'EX', GONE) end
  end
  if token ~= '' then release(account, to, token) end
  return after(e, account, to, token, e and token == '' and e.job or job)
end

ops['outbox.move'] = function(account, to, token, job, newJob, ...)
  local given = entryOf(...)
  local e = get(entryAt(given.reference))
  if isFree(e, account, to, token) then
    if e then
      leave(e)
      given.createdAt = e.createdAt
    end
    store(given, newJob)
  end
  return after(e, account, to, token, e and token == '' and e.job or job)
end

ops['outbox.expire'] = function(account, now, limit)
  local entries, jobs = {}, {}
  for i, reference in ipairs(call('ZRANGEBYSCORE', key('ends', account), '-inf', now, 'LIMIT', 0, limit)) do
    local e = get(entryAt(reference))
    leave(e)
    jobs[#jobs + 1] = hurry(e, e.job)
    e.state = 'expired'
    enter(e)
    entries[i] = told(e)
  end
  return {entries, jobs}
end

-- Nobody was given what was claimed: it is as before.
ops['outbox.giveBack'] = function(account, to, token, job)
  local claimed = claimOf(account, to)
  if release(account, to, token) then
    local e = get(entryAt(claimed.reference))
    if e and e.state == 'sending' then change(e, {state = 'waiting', attempts = string.format('%d', e.attempts - 1)}) end
  end
  cover(account, to, job)
  return comesAt(account, job)
end

-- Nobody was told that it was taken in: it is taken out, and does not come in later, unless it has been tried, by one
-- of these accounts. '1' when it is out, and which job has to come earlier; else '0'.
ops['outbox.withdraw'] = function(reference, ...)
  local e, gone = get(entryAt(reference)), call('GET', goneAt(reference))
  if e and (e.state ~= 'waiting' or tonumber(e.attempts) > 0) then return {'0'} end
  if not e and gone ~= 'withdrawn' and (gone or isAccepted(reference, ...)) then return {'0'} end
  call('SET', goneAt(reference), 'withdrawn', 'EX', WITHDRAWN)
  if not e then return {'1'} end
  leave(e)
  call('DEL', entryAt(reference))
  return {'1', hurry(e, e.job)}
end

-- A job that BullMQ has lost is replaced by one that was added for its lane.
ops['outbox.replace'] = function(account, to, lost, job)
  expect(account, job)
  call('ZREM', key('comes', account), lost)
  cover(account, to, job)
end
`;

export const OUTBOX = LANES + OUTBOX_VIEWS + CHANGES;
