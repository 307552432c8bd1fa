"""Usage: pymemcache_client.py proxy HOST:PORT; prints one JSON object."""

import json
import os
import sys

from pymemcache.client.base import Client

host, port = sys.argv[2].split(":")
client = Client((host, int(port)), allow_unicode_keys=True, default_noreply=False, timeout=10)


def check(what, expected, actual):
    if expected != actual:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")


check("set", True, client.set("user:pymemcache", b"Ada", expire=600))
check("get", b"Ada", client.get("user:pymemcache"))
check("add on a present key", False, client.add("user:pymemcache", b"x"))
check("touch", True, client.touch("user:pymemcache", 900))
check("replace", True, client.replace("user:pymemcache", b"Grace", expire=600))
value, cas = client.gets("user:pymemcache")
check("gets", b"Grace", value)
check("cas", True, client.cas("user:pymemcache", b"Barbara", cas, expire=600))
check("cas with an old value", False, client.cas("user:pymemcache", b"x", cas))
check("set of many", [], client.set_many({"user:pymemcache:1": b"one", "user:pymemcache:2": b"two"}, expire=600))
check("get of many", {"user:pymemcache:1": b"one", "user:pymemcache:2": b"two"}, client.get_many(["user:pymemcache:1", "user:pymemcache:2", "user:pymemcache:none"]))
check("integer", True, client.set("user:pymemcache:n", b"41"))
check("increment", 42, client.incr("user:pymemcache:n", 1))
check("decrement", 40, client.decr("user:pymemcache:n", 2))
binary = os.urandom(100_000) + b"\r\nEND\r\n"
check("binary", True, client.set("user:pymemcache:binary", binary))
check("binary back", binary, client.get("user:pymemcache:binary"))
check("unicode key", True, client.set("user:pymemcache:ключ", b"value"))
check("unicode key back", b"value", client.get("user:pymemcache:ключ"))
check("noreply set", True, client.set("user:pymemcache:quiet", b"1", noreply=True))
check("noreply set back", b"1", client.get("user:pymemcache:quiet"))
check("delete", True, client.delete("user:pymemcache:2"))
check("get after delete", None, client.get("user:pymemcache:2"))
check("version", True, len(client.version()) > 0)
print(json.dumps({"written": {"user:pymemcache": "Barbara", "user:pymemcache:1": "one", "user:pymemcache:ключ": "value"}, "deleted": ["user:pymemcache:2"]}))
