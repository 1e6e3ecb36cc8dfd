# shellcheck shell=bash
# What the scripts share. Source it first:  . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# It stops at the first error, enters the repository and gives: root, step, say, fail.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
mkdir -p .cache

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' dim='' red='' green='' plain=''
fi

# say TEXT [ASIDE]: a line with a tick
say() { printf '%s✓%s %s%s\n' "$green" "$plain" "$1" "${2:+  $dim$2$plain}"; }

# fail TEXT: a line with a cross, and the end
fail() {
  printf '%s✗%s %s\n' "$red" "$plain" "$1" >&2
  exit 1
}

# step LABEL COMMAND…: run it and say how long it took. Its output is shown only if it fails.
step() {
  local label=$1 log status spinner='' start=$SECONDS
  shift
  log=$(mktemp)
  if [[ -t 1 ]]; then
    _spin "$label" &
    spinner=$!
  fi
  # Tested commands do not stop at an error inside a function; hence not `if`, but set +e around a
  # subshell with its own set -e.
  set +e
  (
    set -e
    "$@"
  ) </dev/null >"$log" 2>&1
  status=$?
  set -e
  if [[ -n $spinner ]]; then
    kill "$spinner" 2>/dev/null || true
    wait "$spinner" 2>/dev/null || true
    printf '\r\e[K'
  fi
  if ((status == 0)); then
    rm -f "$log"
    say "$label" "$((SECONDS - start)) s"
  else
    cat "$log" >&2
    rm -f "$log"
    fail "$label"
  fi
}

# Lives no longer than its parent, so that Ctrl-C leaves nothing behind.
_spin() {
  local frames=(⠋ ⠙ ⠹ ⠸ ⠼ ⠴ ⠦ ⠧ ⠇ ⠏) turn=0
  while kill -0 $$ 2>/dev/null; do
    printf '\r%s %s  %s%d s%s' "${frames[turn++ % ${#frames[@]}]}" "$1" "$dim" "$((turn / 8))" "$plain"
    sleep 0.125
  done
}
