/**
 * The one script that everything in Redis goes through: the calls of one turn of the event loop, done one after the
 * other while Redis does nothing else. A call that fails does not stop those after it.
 */
import { FENCE } from './redis-fence-script';
import { MARKS } from './redis-marks-script';
import { OUTBOX } from './redis-outbox-script';
import { RATES } from './redis-rates';
import { TRACKED } from './redis-tracked-script';

/** ARGV: prefix of the keys, `1` when something is written, milliseconds of the caller's clock; then for each call its
 * name, how many arguments it has, and these. Numbers travel as strings: Redis would cut them to whole ones. */
const BEFORE = `
local call, clock = redis.call, tonumber(ARGV[3])
local ops = {}

local function key(...)
  return table.concat({ARGV[1], ...}, ':')
end

-- An object as one value: less than half the memory of a hash.
local function get(at)
  local packed = call('GET', at)
  return packed and cmsgpack.unpack(packed) or nil
end
`;

const AFTER = `
-- A Redis that takes no writes (no memory, no disk) says so before anything is changed by half.
if ARGV[2] == '1' then call('SET', key('turn'), ARGV[3]) end

local answers, at = {}, 4
while at <= #ARGV do
  local count, arguments = tonumber(ARGV[at + 1]), {}
  for n = 1, count do arguments[n] = ARGV[at + 1 + n] end
  local done, answer = pcall(ops[ARGV[at]], unpack(arguments))
  if not done and type(answer) == 'table' then answer = answer.err end
  answers[#answers + 1] = {done and 'done' or 'failed', answer}
  at = at + 2 + count
end
return answers
`;

export const SCRIPT = [BEFORE, OUTBOX, TRACKED, MARKS, RATES, FENCE, AFTER].join('\n');
