"""Usage: python_client.py pylibmc|pymemcache write|read HOST PORT [KEY ...]; `read` prints one JSON object of repr()s."""

import json
import sys
import zlib

library, mode, host, port = sys.argv[1:5]

if library == "pylibmc":
    import pylibmc

    client = pylibmc.Client([f"{host}:{port}"])

    def store_compressed(key, value):
        return client.set(key, value, min_compress_len=100)

else:
    from pymemcache import serde
    from pymemcache.client.base import Client

    class CompressedSerde:
        """What pymemcache 4 has under this name, for older ones: their own serde with zlib and its flag around it."""

        def serialize(self, key, value):
            data, flags = serde.pickle_serde.serialize(key, value)
            data = data.encode() if isinstance(data, str) else data
            return (data, flags) if len(data) <= 400 else (zlib.compress(data), flags | serde.FLAG_COMPRESSED)

        def deserialize(self, key, value, flags):
            if flags & serde.FLAG_COMPRESSED:
                value, flags = zlib.decompress(value), flags & ~serde.FLAG_COMPRESSED
            return serde.pickle_serde.deserialize(key, value, flags)

    client = Client((host, int(port)), serde=serde.pickle_serde, default_noreply=False)
    compressing = Client((host, int(port)), serde=CompressedSerde(), default_noreply=False)

    def store_compressed(key, value):
        return compressing.set(key, value)


if mode == "read":
    found = {}
    for key in sys.argv[5:]:
        reader = compressing if library == "pymemcache" and key.startswith("zlib") else client
        found[key] = repr(reader.get(key))
    print(json.dumps(found))
    sys.exit(0)

samples = {
    "bytes": b"\xff\x00",
    "text": "grün",
    "integer": 42,
    "negative": -7,
    "large": 2**80,
    "true": True,
    "none": None,
    "float": 0.5,
    "list": [1],
}
for key, value in samples.items():
    if not client.set(key, value):
        sys.exit(f"{key} was not stored")
for key, value in {"zlib-text": "grün " * 1000, "zlib-bytes": b"abc" * 1000, "zlib-list": [1] * 1000}.items():
    if not store_compressed(key, value):
        sys.exit(f"{key} was not stored")
print("{}")
