-- One kind of request, of which each has a number: below COUNT at random, or, where that is 0, each
-- one its own. {n} in ASKED (the path) and BODY stands for it. bench/load/wrk.py reads what done() writes.
local method, path, body = os.getenv("METHOD"), os.getenv("ASKED"), os.getenv("BODY")
local count = tonumber(os.getenv("COUNT"))
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("who", threads)
end

function init()
    math.randomseed(who)
    sent = 0
end

local function number()
    if count > 0 then return math.random(0, count - 1) end
    sent = sent + 1
    return who * 1e9 + sent
end

local function with(text, n)
    return (text:gsub("{n}", n))
end

function request()
    local n = string.format("%012d", number())
    return wrk.format(method, with(path, n), nil, body ~= "" and with(body, n) or nil)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\nsummary {"requests": %d, "microseconds": %d, "bytes": %d, "median": %d, "p95": %d, ' ..
        '"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\n',
        summary.requests, summary.duration, summary.bytes,
        latency:percentile(50), latency:percentile(95),
        errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
