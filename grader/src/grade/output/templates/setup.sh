#!/usr/bin/env bash
# Gradescope runs this once, as root, with a network, while it builds the image of the autograder.
# All that needs the network happens here: submissions are graded offline.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
apt-get update
# gcc links; the programs of the labs need nothing else. unzip and git are for submissions.
apt-get install -y --no-install-recommends ca-certificates curl gcc libc6-dev unzip git

# The version that the grader was made with; `rust-version` in Cargo.toml says the oldest that works.
TOOLCHAIN="${LOOPBACK_TOOLCHAIN:-stable}"
if ! [ -x /opt/cargo/bin/rustc ]; then
    curl --proto '=https' --tlsv1.2 -fsS https://sh.rustup.rs |
        RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo sh -s -- -y --no-modify-path --profile minimal \
            --default-toolchain "$TOOLCHAIN"
    ln -sf /opt/cargo/bin/* /usr/local/bin/
fi
# What the labs' programs are linked with, beside the grader, where it looks first. Nothing is downloaded later.
export RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo
cd /autograder/source
cargo build --package anyhow
cp target/debug/deps/libanyhow-*.rlib .
# Readable for the user below, who must not change it.
chmod -R go+rX-w /opt/rustup /opt/cargo 2>/dev/null || true

# Submissions are compiled and run as this user, who owns nothing and reads nothing of /autograder.
id loopback-student >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin loopback-student
chmod 700 /autograder
chmod 755 /autograder/source/grade
