# Usage: perl-fast.pl HOST PORT. Prints what each call answered, one line each, CAS ids masked.
use strict;
use warnings;
use Cache::Memcached::Fast;

my ($host, $port) = @ARGV;
my $client = Cache::Memcached::Fast->new({ servers => ["$host:$port"], namespace => 'pl:', utf8 => 1 });

sub show {
    my ($value) = @_;
    return 'undef' unless defined $value;
    return '[' . join(', ', map { show($_) } @$value) . ']' if ref $value eq 'ARRAY';
    return '{' . join(', ', map { "$_ => " . show($value->{$_}) } sort keys %$value) . '}' if ref $value eq 'HASH';
    return $value =~ /\A[\x20-\x7e]*\z/ ? $value : unpack('H*', $value);
}
sub say_it { my ($step, $value) = @_; print "$step: ", show($value), "\n"; }
sub masked { my ($pair) = @_; return defined $pair ? ['CAS', $pair->[1]] : undef; }
sub masked_all { my ($found) = @_; return { map { $_ => masked($found->{$_}) } keys %$found }; }

say_it('get of nothing', $client->get('none'));
say_it('set', $client->set('a', 'one', 60));
say_it('set without a ttl', $client->set('forever', 'x'));
say_it('set that is over at once', $client->set('over', 'x', -1));
say_it('get of what is over', $client->get('over'));
say_it('set of a structure', $client->set('structure', { x => [1, 2] }));
say_it('set of bytes', $client->set('bytes', "\r\n\0END\r\n"));
say_it('set of an empty value', $client->set('empty', ''));
say_it("get $_", $client->get($_)) for qw(a structure bytes empty);
say_it('add of what is there', $client->add('a', 'two'));
say_it('add', $client->add('added', 'two', 60));
say_it('replace of nothing', $client->replace('none', 'x'));
say_it('replace', $client->replace('a', 'three', 60));
say_it('append', $client->append('a', '-after'));
say_it('prepend', $client->prepend('a', 'before-'));
say_it('append to nothing', $client->append('none', 'x'));
say_it('get what was appended to', $client->get('a'));
say_it('gets', masked($client->gets('a')));
say_it('gets of nothing', $client->gets('none'));
my $cas = $client->gets('a')->[0];
say_it('cas', $client->cas('a', $cas, 'swapped', 60));
say_it('cas with an old id', $client->cas('a', $cas, 'lost'));
say_it('cas of nothing', $client->cas('none', 1, 'x'));
my %many = map { ("many:$_" => "value $_") } 0 .. 199;
my $stored = $client->set_multi(map { [$_, $many{$_}, 60] } keys %many);
say_it('set_multi', scalar grep { $_ } values %$stored);
my $found = $client->get_multi((keys %many), 'none');
say_it('get_multi', (scalar keys %$found) . ' ' . (scalar grep { $found->{$_} eq $many{$_} } keys %$found));
say_it('gets_multi', masked_all(scalar $client->gets_multi('many:1', 'many:2', 'none')));
say_it('add_multi', scalar $client->add_multi(['many:1', 'x'], ['new', 'x']));
say_it('replace_multi', scalar $client->replace_multi(['many:1', 'y'], ['none', 'x']));
say_it('append_multi', scalar $client->append_multi(['many:1', '+'], ['none', 'x']));
say_it('prepend_multi', scalar $client->prepend_multi(['many:1', '-'], ['none', 'x']));
say_it('cas_multi', scalar $client->cas_multi(['many:1', 1, 'x'], ['none', 1, 'x']));
say_it('set of a number', $client->set('count', 10));
say_it('incr', $client->incr('count'));
say_it('incr by 5', $client->incr('count', 5));
say_it('decr', $client->decr('count', 3));
say_it('decr below nothing', $client->decr('count', 1000));
say_it('incr of nothing', $client->incr('none'));
say_it('incr of a text', $client->incr('a'));
say_it('incr_multi', scalar $client->incr_multi(['count', 2], 'none'));
say_it('decr_multi', scalar $client->decr_multi(['count', 1], 'none'));
say_it('touch', $client->touch('a', 60));
say_it('touch of nothing', $client->touch('none', 60));
say_it('touch_multi', scalar $client->touch_multi(['a', 60], ['none', 60]));
say_it('gat', $client->gat(60, 'a'));
say_it('gat of nothing', $client->gat(60, 'none'));
say_it('gat_multi', scalar $client->gat_multi(60, 'many:3', 'many:4', 'none'));
say_it('gats', masked($client->gats(60, 'a')));
say_it('gats_multi', masked_all(scalar $client->gats_multi(60, 'many:3', 'none')));
say_it('delete', $client->delete('a'));
say_it('delete of nothing', $client->delete('a'));
say_it('delete_multi', scalar $client->delete_multi('many:1', 'none'));
$client->set("quiet:$_", $_) for 0 .. 49;
$client->delete('quiet:0');
$client->incr('quiet:1');
say_it('nowait_push', defined $client->nowait_push ? 'undef or not' : 'undef or not');
say_it('get of what had no answer', scalar keys %{ $client->get_multi(map { "quiet:$_" } 0 .. 49) });
say_it('a key of 247 bytes and the namespace', $client->set('k' x 247, 'x') && $client->get('k' x 247));
say_it('a value that is too large', $client->set('large', 'v' x 1_100_000));
say_it('get after that', $client->get('added'));
say_it('a value of 900 kB', $client->set('large', 'v' x 900_000) && length $client->get('large'));
say_it('namespace', $client->namespace);
my $versions = $client->server_versions;
say_it('server_versions', [values %$versions]);
say_it('flush_all', [values %{ $client->flush_all }]);
say_it('get after the flush', $client->get('added'));
$client->disconnect_all;
say_it('set after disconnect_all', $client->set('again', 'x'));
