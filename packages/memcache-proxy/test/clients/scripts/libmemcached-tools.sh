#!/bin/sh
# Usage: libmemcached-tools.sh HOST PORT. Prints what each tool answered, one line each.
host=$1
port=$2
server="$host:$port"
folder=$(mktemp -d)
cd "$folder" || exit 1
trap 'rm -r "$folder"' EXIT

# say STEP COMMAND...: output and exit code in one line, without addresses and times.
say() {
  step=$1
  shift
  output=$("$@" 2>&1)
  code=$?
  printf '%s: %s (%s)\n' "$step" "$(printf '%s' "$output" | sed "s/$server/SERVER/g; s/$port/PORT/g" | tr '\n' '|')" "$code"
}

printf 'one' >lm-a
printf 'two' >lm-b
say 'memcping' memcping --servers="$server"
say 'memccp' memccp --servers="$server" lm-a lm-b
say 'memccp with a ttl' memccp --servers="$server" --expire=60 --flag=7 lm-a
say 'memccp --add of what is there' memccp --servers="$server" --add lm-a
say 'memccp --replace' memccp --servers="$server" --replace lm-b
say 'memccat' memccat --servers="$server" lm-a
say 'memccat of two' memccat --servers="$server" lm-a lm-b
say 'memccat with flags' memccat --servers="$server" --flags lm-a
say 'memccat of nothing' memccat --servers="$server" lm-none
say 'memcexist' memcexist --servers="$server" lm-a
say 'memcexist of nothing' memcexist --servers="$server" lm-none
say 'memctouch' memctouch --servers="$server" --expire=60 lm-a
say 'memctouch of nothing' memctouch --servers="$server" --expire=60 lm-none
say 'memcrm' memcrm --servers="$server" lm-a
say 'memcrm of nothing' memcrm --servers="$server" lm-a
say 'memcexist of what was removed' memcexist --servers="$server" lm-a
say 'memcstat' sh -c "memcstat --servers=$server | grep -E '^[[:space:]]*(pid|uptime|version|curr_items|bytes|cmd_get|get_hits):' | cut -d: -f1 | tr -d '[:blank:]' | sort"
say 'memcstat --server-version' memcstat --servers="$server" --server-version
say 'memcdump' sh -c "memcdump --servers=$server | sort"
say 'memcflush' memcflush --servers="$server"
say 'memccat after the flush' memccat --servers="$server" lm-b
memccapable -a -t 5 -h "$host" -p "$port" 2>&1 | sed -n 's/^\(ascii [a-z ]*[a-z]\)  *\(\[.*\]\)$/memccapable \1: \2/p'
