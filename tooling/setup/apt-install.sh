#!/bin/sh
# Installs the named Debian packages and leaves no service running or enabled that was not so before.
# Usage: apt-install.sh PACKAGE… (as root)
set -eu

policy=/usr/sbin/policy-rc.d
mark='lockstep setup: no service starts while packages are being installed'
own_policy=no

cleanup() {
  [ "$own_policy" = no ] || rm -f "$policy"
}
trap cleanup EXIT
trap 'exit 130' HUP INT TERM

# A policy that somebody else put there is his to keep. One with our mark is left over from a run that was killed.
if [ -e "$policy" ] || [ -L "$policy" ]; then
  if grep -qF "$mark" "$policy" 2>/dev/null; then own_policy=yes; fi
else
  own_policy=yes
  printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi

has_systemctl() { command -v systemctl >/dev/null 2>&1; }
is_enabled() { has_systemctl && systemctl is-enabled --quiet "$1" 2>/dev/null; }

fresh=''
for package in "$@"; do
  if ! is_enabled "$package" && [ ! -e "/etc/init.d/$package" ]; then fresh="$fresh $package"; fi
done

install_packages() {
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
    -o DPkg::Lock::Timeout=120 -o APT::Get::Update::SourceListWarnings=false "$@" </dev/null 2>&1
}

# The package lists are fetched only when what is there does not lead to the package.
if ! report=$(install_packages "$@"); then
  if printf '%s' "$report" | grep -qE 'Unable to locate package|no installation candidate|404 +Not Found'; then
    apt-get update --quiet </dev/null
    install_packages "$@"
  else
    printf '%s\n' "$report"
    exit 1
  fi
fi

for package in $fresh; do
  [ -e "/etc/init.d/$package" ] || [ -e "/lib/systemd/system/$package.service" ] || continue
  if has_systemctl; then
    now=''
    if [ -d /run/systemd/system ]; then now=--now; fi
    systemctl disable $now "$package" >/dev/null 2>&1 || true
  elif command -v update-rc.d >/dev/null 2>&1; then
    update-rc.d "$package" disable >/dev/null 2>&1 || true
  fi
done
