#!/bin/bash
# Installs Deluge and the agent from the folder of a release, or renews them; `update` calls it.
# Usage: install.sh FOLDER SETTINGS. It can be repeated; a service restarts only when something of its own changed.
set -euo pipefail

readonly folder=$1 settings=$2
readonly ETC=/etc/torrent2s3 LIB=/opt/torrent2s3 STATE=/var/lib/torrent2s3-box
set -a
# shellcheck source=/dev/null
. "$ETC/stack.env"
set +a
# Whatever is created without a word about its mode is for root alone.
umask 077

setting() {
  sed -n "s/^$1=//p" "$settings"
}

users() {
  getent passwd deluge >/dev/null || useradd --system --home-dir /var/lib/deluge --shell /usr/sbin/nologin deluge
  # The agent reads what Deluge downloaded, and changes none of it.
  getent passwd torrent2s3 >/dev/null ||
    useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin --groups deluge torrent2s3
  install -d -m 0750 -o deluge -g deluge /var/lib/deluge
  install -d -m 0755 "$LIB" "$LIB/deluge"
}

# A folder of its own for every environment: what runs loads modules from its own until it is restarted.
deluge() {
  local environment=$LIB/deluge/$deluge_sum
  if [[ ! -d $environment ]]; then
    rm -rf "$environment.new"
    mkdir "$environment.new"
    tar --extract --gzip --file "$folder/deluge.tar.gz" --directory "$environment.new" --no-same-owner
    chmod 0755 "$environment.new"
    sync --file-system "$LIB"
    mv "$environment.new" "$environment"
  fi
  ln -sfn "$environment" "$LIB/deluge/current"
}

# Deluge Web's password goes from Secrets Manager into a file for root, from which systemd hands it on.
secret() {
  local password
  password=$(torrent2s3-aws secret "$DELUGE_PASSWORD_SECRET")
  [[ -n $password ]] || { echo "there is no password for Deluge" >&2; return 1; }
  # In quotes, as systemd.exec(5) has them: without, it would read some characters in its own way.
  printf 'DELUGE_PASSWORD="%s"\n' "$(printf %s "$password" | sed 's/[\\"$`]/\\&/g')" >"$ETC/secret.env.new"
  mv "$ETC/secret.env.new" "$ETC/secret.env"
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
    echo "WORKER_ID=$(cat /var/lib/cloud/data/instance-id)"
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
  install -m 0644 "$folder/amazon-ssm-agent.asc" "$LIB/amazon-ssm-agent.asc"
  install -m 0755 "$folder/update" /usr/local/sbin/torrent2s3-update
  install -m 0755 "$folder/extras" /usr/local/sbin/torrent2s3-extras
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
  systemctl restart "$service" || { journalctl --no-pager --lines=20 --unit="$service" >&2; return 1; }
  echo "$sum" >"$STATE/$service.sum"
  echo "$service restarted"
}

deluge_sum=$(sha256sum "$folder/deluge.tar.gz" | cut -c1-16)
users
deluge
secret
environment
programs
systemctl --quiet enable deluged deluge-web torrent2s3-agent torrent2s3-update.timer
readonly deluge_files=("$folder/deluge.tar.gz" "$folder/configure-deluge" "$ETC/deluge.env")
restart deluged "${deluge_files[@]}"
restart deluge-web "${deluge_files[@]}" "$ETC/secret.env"
restart torrent2s3-agent "$LIB/torrent2s3-agent" "$ETC/agent.env" "$ETC/secret.env"
systemctl start torrent2s3-update.timer
find "$LIB/deluge" -mindepth 1 -maxdepth 1 -type d ! -name "$deluge_sum" -exec rm -rf {} +
