<?php
// Usage: php php-memcached.php MODE HOST:PORT[,HOST:PORT…]; prints one JSON object, or exits 1 with the failure.
// MODE proxy: the whole command set against one proxy. MODE pool KEY…: reads keys from the nodes of a pool itself.
[, $mode, $servers] = $argv;
$client = new Memcached();
$client->setOption(Memcached::OPT_LIBKETAMA_COMPATIBLE, true);
$client->setOption(Memcached::OPT_COMPRESSION, false);
foreach (explode(',', $servers) as $server) {
    [$host, $port] = explode(':', $server);
    $client->addServer($host, (int) $port);
}

function check(string $what, $expected, $actual): void
{
    global $client;
    if ($expected !== $actual) {
        fwrite(STDERR, "$what: expected " . var_export($expected, true) . ', got ' . var_export($actual, true)
            . ' (' . $client->getResultMessage() . ")\n");
        exit(1);
    }
}

if ($mode === 'pool') {
    $found = [];
    foreach (array_slice($argv, 3) as $key) {
        $found[$key] = $client->get($key);
    }
    echo json_encode($found), "\n";
    exit(0);
}

check('set', true, $client->set('user:php', 'Ada', 600));
check('get', 'Ada', $client->get('user:php'));
check('add on a present key', false, $client->add('user:php', 'x'));
check('touch', true, $client->touch('user:php', 900));
check('replace', true, $client->replace('user:php', 'Grace', 600));
$held = $client->get('user:php', null, Memcached::GET_EXTENDED);
check('cas', true, $client->cas($held['cas'], 'user:php', 'Barbara', 600));
check('cas with an old value', false, $client->cas($held['cas'], 'user:php', 'x'));
check('set of many', true, $client->setMulti(['user:php:1' => 'one', 'user:php:2' => 'two'], 600));
check('get of many', ['user:php:1' => 'one', 'user:php:2' => 'two'], $client->getMulti(['user:php:1', 'user:php:2', 'user:php:none']));
check('integer', true, $client->set('user:php:n', 41));
check('integer back', 41, $client->get('user:php:n'));
check('increment', 42, $client->increment('user:php:n'));
check('decrement', 40, $client->decrement('user:php:n', 2));
$binary = random_bytes(100000) . "\r\nEND\r\n";
check('binary', true, $client->set('user:php:binary', $binary));
check('binary back', true, $client->get('user:php:binary') === $binary);
check('delete', true, $client->delete('user:php:2'));
check('get after delete', false, $client->get('user:php:2'));
check('version', 1, count($client->getVersion()));
echo json_encode(['written' => ['user:php' => 'Barbara', 'user:php:1' => 'one'], 'deleted' => ['user:php:2']]), "\n";
