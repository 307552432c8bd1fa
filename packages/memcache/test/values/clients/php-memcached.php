<?php
// Usage: php-memcached.php write|read HOST PORT [KEY ...]; `read` prints one JSON object of serialize()d values.

[, $mode, $host, $port] = $argv;
$client = new Memcached();
$client->addServer($host, (int) $port);

if ($mode === 'read') {
    $found = [];
    foreach (array_slice($argv, 4) as $key) {
        $found[$key] = serialize($client->get($key));
        if ($client->getResultCode() !== Memcached::RES_SUCCESS) {
            fwrite(STDERR, "$key: " . $client->getResultMessage());
            exit(1);
        }
    }
    echo json_encode($found);
    exit(0);
}

$text = str_repeat('grün ', 1000);
$store = function (string $key, $value) use ($client): void {
    if (!$client->set($key, $value)) {
        fwrite(STDERR, "$key: " . $client->getResultMessage());
        exit(1);
    }
};
$store('string', 'grün');
$store('bytes', "\xff\x00");
$store('integer', 42);
$store('integer-max', PHP_INT_MAX);
$store('integer-min', PHP_INT_MIN);
foreach (['float' => 0.1, 'float-whole' => 3.0, 'float-large' => 1e100, 'float-small' => 1.5e-7] as $key => $value) $store($key, $value);
foreach (['infinity' => INF, 'minus-infinity' => -INF, 'not-a-number' => NAN, 'minus-zero' => -0.0] as $key => $value) $store($key, $value);
$store('true', true);
$store('false', false);
$store('null', null);
$store('list', [1, 2.5, [true, null], 'grün', INF]);
$store('map', ['x' => 1, 7 => -1, '08' => []]);
$store('object', new DateTimeImmutable('2024-01-01'));
$store('fastlz', $text);
$client->setOption(Memcached::OPT_COMPRESSION_TYPE, Memcached::COMPRESSION_ZLIB);
$store('zlib', $text);
$store('zlib-list', array_fill(0, 1000, 'abc'));
$client->setOption(Memcached::OPT_USER_FLAGS, 0x1234);
$store('user-flags', 'x');
$client->setOption(Memcached::OPT_USER_FLAGS, -1);
$client->setOption(Memcached::OPT_SERIALIZER, Memcached::SERIALIZER_JSON);
$store('json', ['x' => [1.5, null]]);
if (Memcached::HAVE_IGBINARY) {
    $client->setOption(Memcached::OPT_SERIALIZER, Memcached::SERIALIZER_IGBINARY);
    $store('igbinary', [1]);
}
if (Memcached::HAVE_MSGPACK) {
    $client->setOption(Memcached::OPT_SERIALIZER, Memcached::SERIALIZER_MSGPACK);
    $store('msgpack', [1]);
}
echo json_encode(['igbinary' => Memcached::HAVE_IGBINARY, 'msgpack' => Memcached::HAVE_MSGPACK]);
