#!/bin/sh
# Prepares a machine and .venv/ for mapsvc; run by the Makefile from the folder of the checkout.
#   install.sh run    what the application needs
#   install.sh test   the same and what the tests need: a headless Chromium
# Everything that is already there is left alone, so that a second run takes no noticeable time.
set -eu
purpose=${1:-run}
say() { printf '· %s\n' "$*"; }
give_up() { printf '\nError: %s\n' "$*" >&2; exit 1; }

# System packages ---------------------------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 77
    fi
}

# apt_install PACKAGE... : installs them, or says in one sentence who has to.
apt_install() {
    command -v apt-get >/dev/null 2>&1 ||
        give_up "these packages of Debian or Ubuntu are missing and this system has no apt: $*. Install what corresponds to them."
    status=0
    as_root true || status=$?
    [ "$status" = 0 ] ||
        give_up "some system packages are missing and this user may not install them. As root: apt-get install --no-install-recommends $*"
    say "Installing system packages: $*"
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 ||
        { tail -n 15 "$log" >&2; give_up "apt-get could not install: $*. Its last lines stand above."; }
    rm -f "$log"
}

has_postgis() {
    for folder in /usr/lib/postgresql/*/bin; do
        version=$(basename "$(dirname "$folder")")
        [ -x "$folder/initdb" ] && [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && return 0
    done
    # Other systems keep both elsewhere; what is on the PATH is believed, and `mapsvc doctor` looks closer.
    [ ! -d /usr/lib/postgresql ] && command -v initdb >/dev/null 2>&1
}

has_python() {
    command -v python3 >/dev/null 2>&1 && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# On Ubuntu the package chromium only fetches a snap, which does not start in containers and under other users.
chromium_is_stub() { ! grep -q '^ID=debian' /etc/os-release 2>/dev/null; }

packages=""
has_python || packages="$packages python3 python3-venv"
# A city's own database needs no server here, but the programs that dump and restore it.
[ -n "${MAPSVC_DATABASE_URL:-}" ] || has_postgis || packages="$packages postgresql-postgis"
if [ "$purpose" = test ]; then
    has_postgis || case "$packages" in *postgresql-postgis*) ;; *) packages="$packages postgresql-postgis" ;; esac
    command -v chromium >/dev/null 2>&1 || chromium_is_stub || packages="$packages chromium"
fi
# shellcheck disable=SC2086 - the list is meant to be split
[ -z "$packages" ] || apt_install $packages
has_python || give_up "mapsvc needs Python 3.11 or newer with its venv module; python3 here is $(python3 --version 2>&1 || echo missing)."

# The Python environment --------------------------------------------------------------------------------------------

if ! .venv/bin/python -c 'import sys' 2>/dev/null; then
    say "Creating the Python environment in .venv"
    rm -rf .venv
    python3 -m venv .venv
fi
wanted=$(cat requirements.lock setup.cfg pyproject.toml mapsvc/operations/install.sh | cksum)
stamp=.venv/installed-from
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    say "Installing the Python packages of requirements.lock (about a minute)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r requirements.lock ||
        give_up "pip could not install the packages of requirements.lock. Its message stands above."
    log=$(mktemp)
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . >"$log" 2>&1 ||
        { tail -n 15 "$log" >&2; give_up "pip could not install mapsvc itself. Its last lines stand above."; }
    rm -f "$log"
    printf '%s\n' "$wanted" >"$stamp"
fi

# Message catalogues ------------------------------------------------------------------------------------------------

for catalogue in mapsvc/web/translations/*/LC_MESSAGES/messages.po; do
    [ -e "$catalogue" ] || continue
    compiled="${catalogue%.po}.mo"
    [ -e "$compiled" ] && [ ! "$catalogue" -nt "$compiled" ] && continue
    .venv/bin/pybabel --quiet compile -i "$catalogue" -o "$compiled" || give_up "the catalogue $catalogue has a fault."
done

# The browser of the tests ------------------------------------------------------------------------------------------

has_playwright_chromium() {
    .venv/bin/python - <<'PYTHON' >/dev/null 2>&1
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PYTHON
}

if [ "$purpose" = test ] && ! command -v chromium >/dev/null 2>&1; then
    if ! has_playwright_chromium; then
        say "Installing the browser of Playwright, since this system has no chromium package of its own"
        .venv/bin/python -m playwright install chromium >/dev/null || give_up "playwright could not install its browser."
        as_root .venv/bin/python -m playwright install-deps chromium >/dev/null 2>&1 ||
            say "The browser's system libraries could not be installed by this user; as root: .venv/bin/playwright install-deps chromium"
    fi
fi
