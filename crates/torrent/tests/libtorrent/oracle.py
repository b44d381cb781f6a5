"""Says of each torrent what libtorrent makes of it, in the way of Deluge: one in base64 per line on stdin, one
JSON per line on stdout."""

import base64
import json
import signal
import sys
import warnings

import libtorrent as lt

warnings.simplefilter("ignore", DeprecationWarning)
signal.alarm(240)
session = lt.session(
    {
        "listen_interfaces": "",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_natpmp": False,
        "enable_upnp": False,
        "alert_mask": 0,
    }
)


def judge(torrent):
    info = lt.torrent_info(lt.bdecode(torrent))
    hashes = info.info_hashes()
    files = info.files()
    flags = [files.file_flags(index) for index in range(files.num_files())]
    padding = [bool(flag & lt.file_flags_t.flag_pad_file) for flag in flags]
    links = [bool(flag & lt.file_flags_t.flag_symlink) for flag in flags]
    answer = {
        "v1": str(hashes.v1) if hashes.has_v1() else None,
        "v2": str(hashes.v2) if hashes.has_v2() else None,
        "id": str(info.info_hash()),
        "total": info.total_size(),
        "piece_length": info.piece_length() if files.num_files() else 0,
        "sizes": [files.file_size(index) for index in range(files.num_files())],
        "padding": padding,
        "symlink": [link and not filler for link, filler in zip(links, padding)],
        "private": info.priv(),
        "trackers": sorted(tracker.url for tracker in info.trackers()),
    }
    # Some are taken as a file, and then not as a download.
    paused = lt.torrent_flags.paused | lt.torrent_flags.upload_mode
    handle = session.add_torrent({"ti": info, "save_path": sys.argv[1], "flags": paused})
    session.remove_torrent(handle)
    return answer


for line in sys.stdin:
    try:
        answer = {"accepted": judge(base64.b64decode(line))}
    except Exception as error:
        answer = {"refused": f"{error}"}
    print(json.dumps(answer), flush=True)
