/**
 * A fence: what a process asks for that has to do with an entry is done while the entry is its own to settle, or while
 * there is a mark that it has set before in settling it; else it is not done.
 */
export const FENCED = 'FENCED';

export const FENCE = `
local passed = {}

-- The account, the lane and the token of the claim, which are empty when nobody has claimed it; the mark; and the call.
ops['outbox.fenced'] = function(account, to, token, reference, scope, name, op, ...)
  local fence = token .. ' ' .. reference
  if not passed[fence] then
    local claim, e = token ~= '' and claimOf(account, to), token == '' and get(entryAt(reference))
    local isOurs = claim and claim.token == token and claim.reference == reference
      or e and isFree(e, account, to, token)
    -- Of what nobody knows anything Redis has lost all: who claimed it knows best.
    local isLost = token ~= '' and not get(entryAt(reference)) and not call('GET', goneAt(reference))
      and not isAccepted(reference, account)
    isOurs = isOurs or isLost
    if not isOurs and call('EXISTS', key('mark', scope, name)) == 0 then error({err = '${FENCED}'}) end
    passed[fence] = true
  end
  return ops[op](...)
end
`;
