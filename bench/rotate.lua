-- wrk sends the prepared heads in turn and says at the end what happened, as one line of JSON.
-- The file is named by the environment: heads, each followed by a zero byte.
local heads = {}
local at = 0

function init(args)
  local file = assert(io.open(os.getenv("BENCH_REQUESTS"), "rb"))
  for head in file:read("*a"):gmatch("([^%z]+)%z") do
    heads[#heads + 1] = head
  end
  file:close()
end

function request()
  at = at % #heads + 1
  return heads[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "max_us": %d, '
      .. '"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
