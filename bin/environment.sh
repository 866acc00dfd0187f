# Sourced by bin/start and bin/test: a Python that is new enough, .venv, and what a list names installed in it.

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    echo "Easel needs Python 3.11 or newer, and found none. Install it, or name it: PYTHON=/path/to/python3 $0" >&2
    exit 1
}

# Installs the list named by $1 into .venv, unless that very list is there already.
install() {
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$(find_python) || exit 1
        echo "Making .venv with $("$python" --version)."
        rm -rf .venv
        if ! "$python" -m venv .venv; then
            rm -rf .venv
            echo "Python could not make a virtual environment. On Debian and Ubuntu it is a package of its own: python3-venv" >&2
            exit 1
        fi
    fi
    mark=$(.venv/bin/python -c 'import hashlib, pathlib, sys
print(hashlib.sha256(b"".join(pathlib.Path(name).read_bytes() for name in sys.argv[1:])).hexdigest())' requirements.txt "$1")
    kept=.venv/.installed-$1
    if [ "$(cat "$kept" 2>/dev/null)" != "$mark" ]; then
        echo "Installing $1 into .venv (the first time takes a minute or two)."
        if ! .venv/bin/python -m pip install -qq --disable-pip-version-check -r "$1"; then
            echo "Installing $1 failed: the lines above say why. Is the package index reachable?" >&2
            exit 1
        fi
        printf '%s' "$mark" >"$kept"
    fi
}
