"""Loaded by schemathesis: makes words into magnet links, so that some calls add a torrent.

`openapi.yaml` says of a magnet link that it is text; hardly any random text is one, and without torrents
nothing behind them would be called.
"""

from hashlib import sha1

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("magnet"), str):
        topic = sha1(body["magnet"].encode("utf-8", "surrogatepass")).hexdigest()
        # Few torrents, so that many calls meet one that is known.
        return {**body, "magnet": f"magnet:?xt=urn:btih:{topic[:1] * 40}"}
    return body
