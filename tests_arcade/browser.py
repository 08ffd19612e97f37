"""The browser of a user who logs in: follows the redirects to the CLI's own server."""

import sys
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

with suppress(HTTPError):  # the page that says that the login failed
    urllib.request.urlopen(sys.argv[1])
