"""What all processes together have counted towards caps, in Redis.

A total has a name: campaign, owner, what is counted and when its window began (Unix seconds, 0 for ever), with dots between.
Totals of clicks only grow, those of conversions are what was found in the store. Each change has a number that follows the
clock, as routes have: a process asks for what changed since the number it knows, and for everything when Redis knows less.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from redis import Redis

from apps.ingress.plans.cap_windows import Window
from apps.ingress.plans.caps import Cap, Of

TOTALS = "trellis:caps"
CHANGES = "trellis:caps:changes"
NUMBER = "trellis:caps:number"
PROCESSES = "trellis:caps:processes"
CHECKED = "trellis:caps:checked"
FORGOTTEN = "trellis:caps:forgotten"
SENT = "trellis:caps:sent:"
KEYS = (TOTALS, CHANGES, NUMBER, PROCESSES, CHECKED, FORGOTTEN)
# Days are forgotten when nobody's clock can be in them any more.
KEPT_S = 3 * 86_400
FORGET_EVERY_S = 3_600

# One script, so that a repeat of what was taken already is known for one: each process numbers what it sends. Redis may have been
# flushed, or killed with its last second lost, so a process also says what total it knew: there is never less.
# Arguments: process, its number, the number of changes it knows, then names, known totals and increments.
_EXCHANGE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[3]) or 0)
if ARGV[4] and tonumber(ARGV[2]) > tonumber(redis.call('GET', KEYS[5]) or 0) then
  last = math.max(last + 1, now)
  local number = string.format('%.0f', last)
  for at = 4, #ARGV, 3 do
    local total = math.max(tonumber(redis.call('HGET', KEYS[1], ARGV[at]) or 0), tonumber(ARGV[at + 1]))
    redis.call('HSET', KEYS[1], ARGV[at], string.format('%.0f', total + tonumber(ARGV[at + 2])))
    redis.call('ZADD', KEYS[2], number, ARGV[at])
  end
  redis.call('SET', KEYS[3], number)
  redis.call('SET', KEYS[5], ARGV[2], 'EX', 86400)
end
redis.call('ZADD', KEYS[4], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('%.0f', now - 10000000))
local known, found = tonumber(ARGV[3]), {}
local whole = known == 0 or known > last
if whole then found = redis.call('HGETALL', KEYS[1])
else
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[3], '+inf')) do
    found[#found + 1] = name
    found[#found + 1] = redis.call('HGET', KEYS[1], name)
  end
end
return {string.format('%.0f', last), redis.call('ZCARD', KEYS[4]), whole and 1 or 0, found}
"""
# Arguments: the moment in Unix seconds, then names, totals and 1 where the total also replaces a greater one.
_SETTLE = """
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[3]) or 0)
local number, changed = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2])), 0
for at = 2, #ARGV, 3 do
  local before, total = tonumber(redis.call('HGET', KEYS[1], ARGV[at]) or 0), tonumber(ARGV[at + 1])
  if total > before or (ARGV[at + 2] == '1' and total ~= before) then
    redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
    redis.call('ZADD', KEYS[2], number, ARGV[at])
    changed = changed + 1
  end
  redis.call('HSET', KEYS[4], ARGV[at], ARGV[1])
end
if changed > 0 then redis.call('SET', KEYS[3], number) end
return changed
"""


class Increment(NamedTuple):
    """How many `more` a process counted under a name, on top of the total it `knew`."""

    name: str
    knew: int
    more: int


class Heard(NamedTuple):
    """Totals that changed since a number, or all of them when `whole`; and how many processes spoke in the last ten seconds."""

    number: int
    processes: int
    whole: bool
    totals: dict[str, int]


def name_of(cap: Cap, window: Window) -> str:
    return f"{cap.campaign_id}.{cap.owner_id}.{cap.of}.{window.start_s}"


def only_grows(name: str) -> bool:
    """Whether the total of this name never becomes less: clicks do not, conversions may be rejected."""
    return name.split(".")[2] == Of.CLICKS


def is_over(name: str, now_s: float) -> bool:
    """Whether nobody counts towards this name any more."""
    start_s = int(name.rpartition(".")[2])
    return 0 < start_s < now_s - KEPT_S


def exchange(redis: Redis, process: str, sequence: int, since: int, increments: Sequence[Increment]) -> Heard:
    """Add these increments, once however often they are sent under this `sequence`, and hear what changed since a number.

    Sequences of a process grow from 1. Errors: redis.RedisError; then sending the same again is right.
    """
    keys = (TOTALS, CHANGES, NUMBER, PROCESSES, SENT + process)
    arguments = [value for increment in increments for value in increment]
    number, processes, whole, found = redis.eval(_EXCHANGE, len(keys), *keys, process, sequence, since, *arguments)
    pairs = zip(found[::2], found[1::2], strict=True)
    totals = {name.decode(): int(total) for name, total in pairs if total is not None}
    return Heard(int(number), int(processes), bool(whole), totals)


def settle(redis: Redis, found: Mapping[str, int], now_s: float) -> int:
    """Bring totals up to what was found in the store; returns how many changed. Errors: redis.RedisError."""
    keys = (TOTALS, CHANGES, NUMBER, CHECKED)
    arguments = [value for name, total in found.items() for value in (name, total, int(not only_grows(name)))]
    return int(redis.eval(_SETTLE, len(keys), *keys, int(now_s), *arguments)) if found else 0


def totals_of(redis: Redis, names: Sequence[str]) -> dict[str, int]:
    """The totals of these names, 0 where nothing was counted. Errors: redis.RedisError."""
    found = redis.hmget(TOTALS, names) if names else []
    return {name: int(total or 0) for name, total in zip(names, found, strict=True)}


def checked_at(redis: Redis, names: Sequence[str]) -> dict[str, int]:
    """When each of these was last settled, in Unix seconds; 0 where never since Redis began. Errors: redis.RedisError."""
    found = redis.hmget(CHECKED, names) if names else []
    return {name: int(at or 0) for name, at in zip(names, found, strict=True)}


def forget(redis: Redis, now_s: float) -> int:
    """Once an hour, drop the days that are over; returns how many totals those were. Errors: redis.RedisError."""
    if not redis.set(FORGOTTEN, 1, nx=True, ex=FORGET_EVERY_S):
        return 0
    gone = _over((*redis.hkeys(TOTALS), *redis.hkeys(CHECKED)), now_s)
    with redis.pipeline() as pipeline:
        for name in gone:
            pipeline.hdel(TOTALS, name)
            pipeline.hdel(CHECKED, name)
            pipeline.zrem(CHANGES, name)
        pipeline.execute()
    return len(gone)


def _over(names: Iterable[bytes], now_s: float) -> Collection[str]:
    return {text for name in names if is_over(text := name.decode(), now_s)}
