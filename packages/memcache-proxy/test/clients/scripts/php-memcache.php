<?php
// Usage: php-memcache.php HOST PORT. The older extension. Prints what each call answered, one line each, CAS ids masked.

error_reporting(0);
[, $host, $port] = $argv;
$client = new Memcache();
$say = function (string $step, $result): void {
    echo "$step: ", json_encode($result), "\n";
};

$say('connect', $client->connect($host, (int) $port));
$say('get of nothing', $client->get('pc:none'));
$say('set', $client->set('pc:a', 'one', 0, 60));
$say('set without a ttl', $client->set('pc:forever', 'x'));
$say('set of a list', $client->set('pc:list', ['x' => [1, 2.5, null]]));
$say('set of an empty value', $client->set('pc:empty', ''));
$say('set of binary bytes', $client->set('pc:bytes', "\r\n\0\xff\r\nEND\r\n"));
foreach (['a', 'list', 'empty'] as $name) $say("get $name", $client->get("pc:$name"));
$say('get bytes', bin2hex($client->get('pc:bytes')));
$say('set with flags', $client->set('pc:flags', 'x', 0x40000));
$flags = 0;
$say('get with flags', [$client->get('pc:flags', $flags), $flags]);
$say('add of what is there', $client->add('pc:a', 'two'));
$say('add', $client->add('pc:added', 'two', 0, 60));
$say('replace of nothing', $client->replace('pc:none', 'x'));
$say('replace', $client->replace('pc:a', 'three', 0, 60));
$say('append', $client->append('pc:a', '-after'));
$say('prepend', $client->prepend('pc:a', 'before-'));
$say('append to nothing', $client->append('pc:none', 'x'));
$say('prepend to nothing', $client->prepend('pc:none', 'x'));
$say('get what was appended to', $client->get('pc:a'));
$flags = $cas = 0;
$say('get with a cas id', [$client->get('pc:a', $flags, $cas), $cas > 0]);
$say('cas', $client->cas('pc:a', 'swapped', 0, 60, $cas));
$say('cas with an old id', $client->cas('pc:a', 'lost', 0, 60, $cas));
$many = [];
for ($index = 0; $index < 200; $index++) $many["pc:many:$index"] = "value $index";
$say('set of many', $client->set($many, null, 0, 60));
$found = $client->get([...array_keys($many), 'pc:none']);
$say('get of many', $found == $many ? 'all' : $found);
$say('set of a number', $client->set('pc:count', 10));
$say('increment', $client->increment('pc:count'));
$say('increment by 5', $client->increment('pc:count', 5));
$say('decrement', $client->decrement('pc:count', 3));
$say('decrement below nothing', $client->decrement('pc:count', 1000));
$say('increment of nothing', $client->increment('pc:none'));
$say('increment of a text', $client->increment('pc:a'));
$say('increment of many', $client->increment(['pc:count', 'pc:none'], 2));
$say('delete', $client->delete('pc:a'));
$say('delete of nothing', $client->delete('pc:a'));
$say('delete with a time', $client->delete('pc:added', 0));
$say('delete of many', $client->delete(['pc:many:1', 'pc:many:2', 'pc:none']));
$say('a key that is too long', $client->set(str_repeat('k', 251), 'x'));
$say('a key of 250 bytes', $client->set(str_repeat('k', 250), 'x') && $client->get(str_repeat('k', 250)) === 'x');
$say('a value that is too large', $client->set('pc:large', random_bytes(1100000)));
$say('a value of 900 kB', $client->set('pc:large', str_repeat('v', 900000)) && strlen($client->get('pc:large')) === 900000);
$say('a compressed value', $client->set('pc:zip', str_repeat('x', 5000), MEMCACHE_COMPRESSED) && $client->get('pc:zip') === str_repeat('x', 5000));
$say('setCompressThreshold', $client->setCompressThreshold(1000, 0.2) && $client->set('pc:zip2', str_repeat('x', 5000)) && strlen($client->get('pc:zip2')) === 5000);
$say('getVersion', $client->getVersion());
$stats = $client->getStats();
foreach (['pid', 'uptime', 'version', 'curr_items', 'total_items', 'bytes', 'cmd_get', 'get_hits'] as $name) {
    $say("getStats has $name", is_array($stats) && array_key_exists($name, $stats));
}
$say('getExtendedStats', count($client->getExtendedStats()));
$say('getServerStatus', $client->getServerStatus($host, (int) $port));
$say('flush', $client->flush());
$say('get after the flush', $client->get('pc:forever'));
// It takes memcached for broken after this, and talks to it no more.
$say('cas of nothing', $client->cas('pc:none', 'x', 0, 60, 1));
$say('get after that', $client->get('pc:again'));
$say('close', $client->close());
