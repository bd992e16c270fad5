"""Asks the web server of this container how it is, under a name that it answers to."""

import os
import urllib.request

name = os.environ["ALLOWED_HOSTS"].split(",")[0]
port = os.environ.get("PORT", "8000")
request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": name})  # noqa: S310
urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
