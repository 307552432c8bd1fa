"""Usage: pylibmc_client.py proxy|pool HOST:PORT[,HOST:PORT...] [KEY ...]; prints one JSON object."""

import json
import os
import sys

import pylibmc

mode, servers = sys.argv[1], sys.argv[2].split(",")
client = pylibmc.Client(servers, behaviors={"ketama_weighted": True, "cas": True})

if mode == "pool":
    # Raw bytes as another client stored them: flags 0 is a byte string here.
    print(json.dumps({key: (client.get(key) or b"").decode() for key in sys.argv[3:]}))
    sys.exit(0)


def check(what, expected, actual):
    if expected != actual:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")


check("set", True, client.set("user:pylibmc", b"Ada", time=600))
check("get", b"Ada", client.get("user:pylibmc"))
check("add on a present key", False, client.add("user:pylibmc", b"x"))
check("touch", True, client.touch("user:pylibmc", 900))
check("replace", True, client.replace("user:pylibmc", b"Grace", time=600))
value, cas = client.gets("user:pylibmc")
check("gets", b"Grace", value)
check("cas", True, client.cas("user:pylibmc", b"Barbara", cas, time=600))
check("set of many", [], client.set_multi({"user:pylibmc:1": b"one", "user:pylibmc:2": b"two"}, time=600))
check("get of many", {"user:pylibmc:1": b"one", "user:pylibmc:2": b"two"}, client.get_multi(["user:pylibmc:1", "user:pylibmc:2", "user:pylibmc:none"]))
check("integer", True, client.set("user:pylibmc:n", 41))
check("increment", 42, client.incr("user:pylibmc:n"))
check("decrement", 40, client.decr("user:pylibmc:n", 2))
binary = os.urandom(100_000) + b"\r\nEND\r\n"
check("binary", True, client.set("user:pylibmc:binary", binary))
check("binary back", binary, client.get("user:pylibmc:binary"))
check("delete", True, client.delete("user:pylibmc:2"))
check("get after delete", None, client.get("user:pylibmc:2"))
print(json.dumps({"written": {"user:pylibmc": "Barbara", "user:pylibmc:1": "one"}, "deleted": ["user:pylibmc:2"]}))
