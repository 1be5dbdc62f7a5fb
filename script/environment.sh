# Sourced by every script beside it: makes .venv and keeps it as pyproject.toml and constraints.txt say.
# Plain sh. The caller gives the extras that it needs: `environment test check`.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
python=$root/.venv/bin/python

say() {
    printf 'muster: %s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

# The first Python on this machine that really starts and is new enough (a shim can be on the path and lead nowhere).
find_python() {
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    found=$(find_python) || fail "Python 3.11 or newer is needed and none was found (looked for python3.11, python3)."
    "$found" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$found cannot make virtual environments: its venv and ensurepip modules are missing" \
            "(Debian and Ubuntu keep them in the package python3.11-venv or python3-venv)."
    say "making .venv with $found"
    rm -rf "$root/.venv"
    "$found" -m venv "$root/.venv" || fail "$root/.venv could not be made; see above."
}

# What an environment is made from. The path counts too: a moved checkout has to be installed anew.
fingerprint() {
    {
        cat "$root/pyproject.toml" "$root/constraints.txt" "$root/.venv/pyvenv.cfg"
        printf '%s\n' "$root"
    } | cksum
}

install() {
    say "installing${1:+ with $1}; this happens once"
    (cd "$root" && "$python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
        --constraint constraints.txt --editable ".${1:+[$1]}") || fail "the installation failed; see above."
}

# Two scripts started together must not install into one .venv at once. Without flock (it is no part of POSIX) they may.
lock() {
    command -v flock >/dev/null 2>&1 || return 0
    exec 9>"$root/.venv.lock" && flock 9
}

unlock() {
    exec 9>&-
}

environment() {
    extras=$(IFS=,; printf '%s' "$*")
    stamp=$root/.venv/.installed${extras:+-$extras}
    is_current && return
    lock
    "$python" -c '' >/dev/null 2>&1 || make_venv
    if ! is_current; then
        install "$extras"
        fingerprint >"$stamp"
    fi
    unlock
}

is_current() {
    "$python" -c '' >/dev/null 2>&1 && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]
}
