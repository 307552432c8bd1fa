"""Usage: python_clients.py pylibmc|pymemcache HOST PORT. Prints what each call answered, one line each, CAS ids masked."""

import sys
import time

library, host, port = sys.argv[1:4]


def say(step, call):
    try:
        print(f"{step}: {call()!r}")
    except Exception as error:
        # The addresses in some messages differ.
        message = str(error).replace(f"{host}:{port}", "SERVER").replace(port, "PORT")
        print(f"{step}: {type(error).__name__}: {message.split(' (0x')[0]}")


def masked(found):
    """A value with its CAS id, or a map of such."""
    if isinstance(found, dict):
        return {key: masked(inner) for key, inner in sorted(found.items())}
    return (found[0], "CAS" if found[1] else found[1])


many = {f"py:many:{index}": f"value {index}" for index in range(200)}


def run_pylibmc():
    import pylibmc

    client = pylibmc.Client([f"{host}:{port}"], behaviors={"cas": True, "tcp_nodelay": True})
    say("get of nothing", lambda: client.get("py:none"))
    say("get with a default", lambda: client.get("py:none", 7))
    say("set", lambda: client.set("py:a", "one", 60))
    say("set without a ttl", lambda: client.set("py:forever", b"x"))
    say("set until a moment", lambda: client.set("py:moment", "x", int(time.time()) + 1000))
    say("set of a list", lambda: client.set("py:list", [1, None]))
    say("set of bytes", lambda: client.set("py:bytes", b"\r\n\x00\xff\r\nEND\r\n"))
    say("set of an empty value", lambda: client.set("py:empty", b""))
    for name in ["a", "list", "bytes", "empty", "moment"]:
        say(f"get {name}", lambda: client.get(f"py:{name}"))
    say("in", lambda: "py:a" in client)
    say("item", lambda: client["py:a"])
    say("item of nothing", lambda: client["py:none"])
    say("add of what is there", lambda: client.add("py:a", "two"))
    say("add", lambda: client.add("py:added", "two", 60))
    say("replace of nothing", lambda: client.replace("py:none", "x"))
    say("replace", lambda: client.replace("py:a", "three", 60))
    say("append", lambda: client.append("py:a", "-after"))
    say("prepend", lambda: client.prepend("py:a", "before-"))
    say("append to nothing", lambda: client.append("py:none", "x"))
    say("get what was appended to", lambda: client.get("py:a"))
    say("gets", lambda: masked(client.gets("py:a")))
    say("gets of nothing", lambda: client.gets("py:none"))
    cas = client.gets("py:a")[1]
    say("cas", lambda: client.cas("py:a", "swapped", cas, 60))
    say("cas with an old id", lambda: client.cas("py:a", "lost", cas))
    say("cas of nothing", lambda: client.cas("py:none", "x", 1))
    say("set_multi", lambda: client.set_multi(many, 60))
    say("get_multi", lambda: client.get_multi([*many, "py:none"]) == many)
    say("get_multi with a prefix", lambda: client.get_multi(["1", "2"], key_prefix="py:many:"))
    say("add_multi", lambda: sorted(client.add_multi({"py:many:1": 1, "py:new": 2})))
    say("delete_multi", lambda: client.delete_multi(["py:many:1", "py:many:2"]))
    say("delete_multi of nothing", lambda: client.delete_multi(["py:none"]))
    say("set of a number", lambda: client.set("py:count", 10))
    say("incr", lambda: client.incr("py:count"))
    say("incr by 5", lambda: client.incr("py:count", 5))
    say("decr", lambda: client.decr("py:count", 3))
    say("decr below nothing", lambda: client.decr("py:count", 1000))
    say("incr of nothing", lambda: client.incr("py:none"))
    say("incr of a text", lambda: client.incr("py:a"))
    say("incr_multi", lambda: client.incr_multi(["py:count"], delta=2))
    say("touch", lambda: client.touch("py:a", 60))
    say("touch of nothing", lambda: client.touch("py:none", 60))
    say("delete", lambda: client.delete("py:a"))
    say("delete of nothing", lambda: client.delete("py:a"))
    say("a key that is too long", lambda: client.set("k" * 251, "x"))
    say("a key of 250 bytes", lambda: client.set("k" * 250, "x") and client.get("k" * 250))
    say("a value that is too large", lambda: client.set("py:large", b"v" * 1100000))
    say("a value of 900 kB", lambda: client.set("py:large", b"v" * 900000) and len(client.get("py:large")))
    say("a compressed value", lambda: client.set("py:zip", "x" * 9000, min_compress_len=100) and len(client.get("py:zip")))
    for behavior in ["buffer_requests", "no_block"]:
        client.behaviors[behavior] = True
        say(f"set with {behavior}", lambda: client.set(f"py:{behavior}", "x"))
        client.behaviors[behavior] = False
        say(f"get without {behavior}", lambda: client.get(f"py:{behavior}"))
    stats = client.get_stats()[0][1]
    stats = {key.decode() if isinstance(key, bytes) else key: value for key, value in stats.items()}
    for name in ["pid", "uptime", "version", "curr_items", "bytes", "cmd_get", "get_hits"]:
        say(f"get_stats has {name}", lambda: name in stats)
    clone = client.clone()
    say("get of a clone", lambda: clone.get("py:added"))
    say("flush_all", lambda: client.flush_all())
    say("get after the flush", lambda: client.get("py:added"))
    client.disconnect_all()
    say("set after disconnect_all", lambda: client.set("py:again", "x"))


def run_pymemcache():
    from pymemcache.client.base import Client

    client = Client((host, int(port)), default_noreply=False)
    say("get of nothing", lambda: client.get("py:none"))
    say("get with a default", lambda: client.get("py:none", 7))
    say("set", lambda: client.set("py:a", b"one", expire=60))
    say("set with flags", lambda: client.set("py:flags", b"x", flags=7))
    say("set that is over at once", lambda: client.set("py:over", b"x", expire=-1))
    say("get of what is over", lambda: client.get("py:over"))
    say("set of bytes", lambda: client.set("py:bytes", b"\r\n\x00\xff\r\nEND\r\n"))
    say("set of an empty value", lambda: client.set("py:empty", b""))
    for name in ["a", "bytes", "empty", "flags"]:
        say(f"get {name}", lambda: client.get(f"py:{name}"))
    say("add of what is there", lambda: client.add("py:a", b"two"))
    say("add", lambda: client.add("py:added", b"two", expire=60))
    say("replace of nothing", lambda: client.replace("py:none", b"x"))
    say("replace", lambda: client.replace("py:a", b"three", expire=60))
    say("append", lambda: client.append("py:a", b"-after"))
    say("prepend", lambda: client.prepend("py:a", b"before-"))
    say("append to nothing", lambda: client.append("py:none", b"x"))
    say("prepend to nothing", lambda: client.prepend("py:none", b"x"))
    say("get what was appended to", lambda: client.get("py:a"))
    say("gets", lambda: masked(client.gets("py:a")))
    say("gets of nothing", lambda: client.gets("py:none"))
    cas = client.gets("py:a")[1]
    say("cas", lambda: client.cas("py:a", b"swapped", cas, expire=60))
    say("cas with an old id", lambda: client.cas("py:a", b"lost", cas))
    say("cas of nothing", lambda: client.cas("py:none", b"x", b"1"))
    values = {key: value.encode() for key, value in many.items()}
    say("set_many", lambda: client.set_many(values, expire=60))
    say("get_many", lambda: client.get_many([*values, "py:none"]) == values)
    say("gets_many", lambda: masked(client.gets_many(["py:many:3", "py:many:4", "py:none"])))
    say("delete_many", lambda: client.delete_many(["py:many:1", "py:many:2", "py:none"]))
    say("set of a number", lambda: client.set("py:count", b"10"))
    say("incr", lambda: client.incr("py:count", 1))
    say("incr by 5", lambda: client.incr("py:count", 5))
    say("decr", lambda: client.decr("py:count", 3))
    say("decr below nothing", lambda: client.decr("py:count", 1000))
    say("incr of nothing", lambda: client.incr("py:none", 1))
    say("incr of a text", lambda: client.incr("py:a", 1))
    say("touch", lambda: client.touch("py:a", expire=60))
    say("touch of nothing", lambda: client.touch("py:none", expire=60))
    if hasattr(client, "gat"):
        say("gat", lambda: client.gat("py:a", expire=60))
        say("gat of nothing", lambda: client.gat("py:none", expire=60))
        say("gats", lambda: masked(client.gats("py:a", expire=60)))
    if hasattr(client, "raw_command"):
        say("raw gat", lambda: client.raw_command(b"gat 60 py:a py:none", b"END\r\n"))
        say("raw mg", lambda: client.raw_command(b"mg py:a v f s", b"\r\n"))
        say("raw mn", lambda: client.raw_command(b"mn"))
        say("an unknown command", lambda: client.raw_command(b"nonsense"))
    say("delete", lambda: client.delete("py:a"))
    say("delete of nothing", lambda: client.delete("py:a"))
    for verb in ["set", "add", "replace", "append", "prepend"]:
        say(f"{verb} without an answer", lambda: getattr(client, verb)("py:quiet", b"q", noreply=True))
    say("get of what had no answer", lambda: client.get("py:quiet"))
    say("delete without an answer", lambda: client.delete("py:quiet", noreply=True))
    say("incr without an answer", lambda: client.incr("py:count", 1, noreply=True))
    say("decr without an answer", lambda: client.decr("py:count", 1, noreply=True))
    say("touch without an answer", lambda: client.touch("py:count", 60, noreply=True))
    say("set_many without an answer", lambda: client.set_many({"py:q1": b"1", "py:q2": b"2"}, noreply=True))
    say("cas without an answer", lambda: client.cas("py:q1", b"x", b"1", noreply=True))
    say("get after these", lambda: client.get_many(["py:q1", "py:q2", "py:count"]))
    say("a key that is too long", lambda: client.set("k" * 251, b"x"))
    say("a key of 250 bytes", lambda: client.set("k" * 250, b"x") and client.get("k" * 250))
    say("a value that is too large", lambda: client.set("py:large", b"v" * 1100000))
    say("get after that", lambda: client.get("py:added"))
    say("a value of 900 kB", lambda: client.set("py:large", b"v" * 900000) and len(client.get("py:large")))
    say("cache_memlimit", lambda: client.cache_memlimit(64))
    say("version", lambda: client.version())
    stats = client.stats()
    for name in [b"pid", b"uptime", b"version", b"curr_items", b"bytes", b"cmd_get", b"get_hits"]:
        say(f"stats has {name.decode()}", lambda: name in stats)
    for group in ["settings", "items", "slabs"]:
        say(f"stats {group}", lambda: isinstance(client.stats(group), dict))
    say("flush_all with a delay", lambda: client.flush_all(delay=1000))
    say("flush_all", lambda: client.flush_all())
    say("get after the flush", lambda: client.get("py:added"))
    say("flush_all without an answer", lambda: client.flush_all(noreply=True))
    say("quit", lambda: client.quit())
    say("set after quit", lambda: client.set("py:again", b"x"))


run_pylibmc() if library == "pylibmc" else run_pymemcache()
