/** The rate of an account over all processes that share a Redis, by Redis' own clock. */
import { keyOf } from './redis-entry';
import type { RedisTurns } from './redis-turns';
import type { RateStore } from './store';

/**
 * The moment of the next free slot, and how long the last ones lasted: a wait longer than that means that the clock
 * of Redis was set back. BullMQ's own limiter counts jobs in windows; here slots are evenly spaced, and messages that
 * never waited in the outbox take theirs, too.
 */
export const RATES = `
ops['rates.take'] = function(account, spacing, count)
  local at, time = key('rate', account), call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local function take(free, lasts)
    call('SET', at, string.format('%.3f %.3f', free, lasts), 'PX', math.ceil(free - now) + 1)
  end
  local free, lasts = string.match(call('GET', at) or '0 0', '(%S+) (%S+)')
  local wait = free - now
  if wait > lasts + 1 then
    wait = tonumber(lasts)
    take(now + wait, wait)
  elseif wait <= 0 then
    wait = 0
    take(now + spacing * count, spacing * count)
  end
  return string.format('%.3f', wait)
end
`;

export class RedisRates implements RateStore {
  #turns: RedisTurns;

  constructor(turns: RedisTurns) {
    this.#turns = turns;
  }

  async take(account: string, spacing: number, count: number): Promise<number> {
    if (spacing <= 0) return 0;
    return Number(await this.#turns.write('rates.take', keyOf(account), spacing, count));
  }
}
