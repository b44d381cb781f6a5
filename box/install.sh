#!/bin/bash
# Installs Deluge and the agent from the folder of a release, or renews them; `update` calls it.
# Usage: install.sh FOLDER SETTINGS. It can be repeated; a service restarts only when something of its own changed.
set -euo pipefail

readonly folder=$1 settings=$2
readonly ETC=/etc/torrent2s3 LIB=/opt/torrent2s3 STATE=/var/lib/torrent2s3-box
export DEBIAN_FRONTEND=noninteractive
set -a
# shellcheck source=/dev/null
. "$ETC/stack.env"
set +a
# Whatever is created without a word about its mode is for root alone.
umask 077

aws() {
  command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} --region "$AWS_REGION" "$@"
}

setting() {
  sed -n "s/^$1=//p" "$settings"
}

packages() {
  dpkg-query --show python3-venv unattended-upgrades >/dev/null 2>&1 && return
  apt-get -qq update
  apt-get -qq install --no-install-recommends python3-venv unattended-upgrades >/dev/null
}

# Session Manager is for the curious: a box without it does its work as well.
session_manager() {
  [[ -e /usr/bin/amazon-ssm-agent ]] && return
  local architecture deb=$STATE/amazon-ssm-agent.deb
  architecture=$(dpkg --print-architecture)
  # AWS's documented place for the region's newest version; there is no Debian package.
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/agent-install-deb.html
  if ! curl --fail --silent --show-error --max-time 120 --output "$deb" \
    "https://s3.$AWS_REGION.amazonaws.com/amazon-ssm-$AWS_REGION/latest/debian_$architecture/amazon-ssm-agent.deb" ||
    ! apt-get -qq install "$deb" >/dev/null; then
    echo "Session Manager's agent cannot be installed; everything else goes on" >&2
  fi
  rm -f "$deb"
}

users() {
  getent passwd deluge >/dev/null || useradd --system --home-dir /var/lib/deluge --shell /usr/sbin/nologin deluge
  # The agent reads what Deluge downloaded, and changes none of it.
  getent passwd torrent2s3 >/dev/null ||
    useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin --groups deluge torrent2s3
  install -d -m 0750 -o deluge -g deluge /var/lib/deluge
  install -d -m 0755 "$LIB" "$LIB/deluge"
}

# A virtual environment of its own for every set of versions: a renewal that fails leaves the running one alone.
deluge() {
  local sum venv
  sum=$(sha256sum "$folder/deluge.txt" | cut -c1-16)
  venv=$LIB/deluge/$sum
  if [[ ! -e $venv/complete ]]; then
    rm -rf "$venv"
    (
      umask 022
      python3 -m venv "$venv"
      "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --requirement "$folder/deluge.txt"
      # For quicker starts only: what does not compile now is compiled when it is needed, or never is.
      "$venv/bin/python" -m compileall -q "$venv/lib" || echo "not all of Deluge could be compiled ahead" >&2
    )
    touch "$venv/complete"
  fi
  ln -sfn "$venv" "$LIB/deluge/current"
}

# Deluge Web's password goes from Secrets Manager into a file for root, from which systemd hands it on.
secret() {
  local password
  password=$(aws secretsmanager get-secret-value --secret-id "$DELUGE_PASSWORD_SECRET" --query SecretString --output text)
  [[ -n $password ]] || { echo "there is no password for Deluge" >&2; return 1; }
  # In quotes, as systemd.exec(5) has them: without, it would read some characters in its own way.
  printf 'DELUGE_PASSWORD="%s"\n' "$(printf %s "$password" | sed 's/[\\"$`]/\\&/g')" >"$ETC/secret.env.new"
  mv "$ETC/secret.env.new" "$ETC/secret.env"
}

instance_id() {
  cloud-init query instance_id
}

# The address by which the functions reach this box.
address() {
  ip -4 route get 192.0.2.1 | sed -n 's/.* src \([0-9.]*\).*/\1/p'
}

environment() {
  local line
  line=$(setting SEED_RATIO)
  {
    grep -E '^(AWS_REGION|AWS_ENDPOINT_URL|FILES_BUCKET|TABLE|FILE_TRANSFERRING_QUEUE_URL)=' "$ETC/stack.env"
    echo "WORKER_ID=$(instance_id)"
    echo "DELUGE_ADVERTISED_URL=http://$(address):8112"
    echo "TOTAL_GIB_MAX=$(setting TOTAL_GIB_MAX)"
    # 0 is no goal at all; the agent would take it for one that is always met.
    [[ $line == 0 ]] || echo "SEED_RATIO=$line"
    line=$(setting SEED_MINUTES)
    [[ $line == 0 ]] || echo "SEED_MINUTES=$line"
  } >"$ETC/agent.env"
  printf 'PEER_PORT=%s\n' "$(setting PEER_PORT)" >"$ETC/deluge.env"
}

programs() {
  install -m 0755 "$folder/torrent2s3-agent" "$LIB/torrent2s3-agent"
  install -m 0755 "$folder/configure-deluge" "$LIB/configure-deluge"
  install -m 0755 "$folder/update" /usr/local/sbin/torrent2s3-update
  install -m 0644 -t /etc/systemd/system "$folder"/systemd/*
  systemctl daemon-reload
}

# restart SERVICE FILE…: when one of the files differs from what the service was started with, or it does not run.
restart() {
  local service=$1 sum
  shift
  sum=$(cat "/etc/systemd/system/$service.service" "$@" | sha256sum)
  if systemctl --quiet is-active "$service" && [[ $(cat "$STATE/$service.sum" 2>/dev/null) == "$sum" ]]; then
    return
  fi
  systemctl restart "$service"
  echo "$sum" >"$STATE/$service.sum"
  echo "$service restarted"
}

packages
users
deluge
secret
environment
programs
session_manager
systemctl --quiet enable deluged deluge-web torrent2s3-agent torrent2s3-update.timer
readonly deluge_files=("$folder/deluge.txt" "$folder/configure-deluge" "$ETC/deluge.env")
restart deluged "${deluge_files[@]}"
restart deluge-web "${deluge_files[@]}" "$ETC/secret.env"
restart torrent2s3-agent "$LIB/torrent2s3-agent" "$ETC/agent.env" "$ETC/secret.env"
systemctl start torrent2s3-update.timer
