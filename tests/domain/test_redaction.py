"""Redaction: what must not come through, what must, and what holds for any text."""

import math
import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arcade_usage.domain.redaction import (
    DEPTH_LIMIT,
    DROPPED,
    MESSAGE_LIMIT,
    REDACTED,
    RULES,
    SCAN_LIMIT,
    WIDTH_LIMIT,
    Redactor,
    Rule,
)

# Samples have the shape of the real thing and are put together here, so that no scanner takes them for it.
B62 = "q7Zr2Xk9" + "Lm4Tv8Bw" + "3Nc6Yd1P" + "s5Hf0Jg2"
B62_LONG = B62 + "W8eR4uK6" + "oA1iM7xV"
LOWER = "k3x9q2z7" + "m5v8b1n4" + "c6w0r2t8"
HEX = "9f86d081" + "884c7d65" + "9a2feaa0" + "c55ad015"
LETTERS = "dXNlcjpw" + "YXNzd29y" + "ZA"
JWT_HEAD = "ey" + "JhbGciOiJIUzI1NiJ9"
JWT_BODY = "ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0"
JWT = f"{JWT_HEAD}.{JWT_BODY}.{B62_LONG}"
AWS_SECRET = "wJqlrXUtn" + "FEMI/K7MDE" + "NG/bPxRfiC" + "Yz9Qm4Lt8Kw"
UUID = "3f2504e0-" + "4f89-41d3-9a0c" + "-0305e82c3301"
PEM_LINE = "MIIEpAIBAAKCAQEA" + B62_LONG
KEY_WORD = "PRIVATE" + " KEY"

# A token that is known by its shape alone, wherever it stands.
TOKENS = {
    "arcade": "arc" + "_" + B62,
    "arcade-short": "arc" + "_" + "o1Xy7Zq2",
    "posthog-project": "ph" + "c_" + B62_LONG,
    "posthog-personal": "ph" + "x_" + B62_LONG,
    "posthog-secret": "ph" + "s_" + B62_LONG,
    "openai": "s" + "k-" + B62_LONG,
    "openai-project": "s" + "k-proj-" + B62_LONG,
    "anthropic": "s" + "k-ant-api03-" + B62_LONG + "-AA",
    "openai-letters-only": "s" + "k-" + "abcdefghijklmnopqrst",
    "stripe-secret": "s" + "k_live_" + B62,
    "stripe-public": "p" + "k_live_" + B62,
    "stripe-restricted": "r" + "k_live_" + B62,
    "stripe-test": "s" + "k_test_" + B62,
    "github-classic": "gh" + "p_" + B62_LONG,
    "github-oauth": "gh" + "o_" + B62_LONG,
    "github-user": "gh" + "u_" + B62_LONG,
    "github-server": "gh" + "s_" + B62_LONG,
    "github-refresh": "gh" + "r_" + B62_LONG,
    "github-fine-grained": "github" + "_pat_" + "11ABCDEFG0" + B62_LONG,
    "gitlab": "gl" + "pat-" + B62[:20],
    "slack-bot": "xo" + "xb-" + "123456789012-" + B62[:24],
    "slack-user": "xo" + "xp-" + "123456789012-" + B62[:24],
    "slack-app": "xa" + "pp-1-A012-" + B62[:24],
    "aws-key-id": "AK" + "IA" + "Q7ZR2XK9LM4TV8BW",
    "aws-session-key-id": "AS" + "IA" + "Q7ZR2XK9LM4TV8BW",
    "aws-secret": AWS_SECRET,
    "google-api": "AI" + "za" + B62_LONG[:35],
    "google-oauth": "ya" + "29." + "a0" + B62_LONG,
    "npm": "np" + "m_" + B62_LONG[:36],
    "pypi": "py" + "pi-AgEIcHlwaS5vcmc" + B62_LONG,
    "hugging-face": "h" + "f_" + B62,
    "digital-ocean": "do" + "p_v1_" + HEX + HEX,
    "sendgrid": "S" + "G." + B62[:22] + "." + B62_LONG[:43],
    "mailgun": "ke" + "y-" + HEX,
    "shopify": "shp" + "at_" + HEX,
    "square": "sq0" + "atp-" + B62[:22],
    "docker": "dckr" + "_pat_" + B62[:27],
    "groq": "gs" + "k_" + B62_LONG,
    "replicate": "r8" + "_" + B62_LONG[:37],
    "xai": "xa" + "i-" + B62_LONG,
    "tavily": "tv" + "ly-" + B62,
    "linear": "lin" + "_api_" + B62_LONG[:40],
    "atlassian": "AT" + "ATT3xFfGF0" + B62_LONG,
    "facebook": "EA" + "AC" + "EdEose0cBA" + B62_LONG,
    "webhook-signing": "wh" + "sec_" + B62,
    "age": "AGE-SECRET" + "-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "telegram": "12345678" + "90:AA" + B62[:32] + "x",
    "twilio-account": "A" + "C" + HEX,
    "twilio-key": "S" + "K" + HEX,
    "jwt": JWT,
    "jwt-cut": f"{JWT_HEAD}.{JWT_BODY}",
    "jwt-cut-in-body": f"{JWT_HEAD}.eyJzdWI",
    "jwt-encrypted": f"{JWT_HEAD}..{B62}.{B62_LONG}.{B62}",
    "long-hex": HEX,
    "long-hex-upper": HEX.upper(),
    "base62": B62,
    "base36": LOWER,
    "base64": "aGVsbG8" + "gd29ybGQgaGVsbG8gd29ybGQ=",
    "base64-url": "aB3_dE6-" + "gH9kLm2_" + "Qr5tUv8-" + "Xy1zAb4c",
    "licence-key": "X7K2P-" + "9QW4R-" + "8T2TM-" + "5HJ6K",
}

# id: (message, what must not come through)
SECRETS = {
    "pem": (
        f"bad key: -----BEGIN RSA {KEY_WORD}-----\n{PEM_LINE}\nabcd==\n-----END RSA {KEY_WORD}-----",
        "abcd==",
    ),
    "pem-openssh": (
        f"-----BEGIN OPENSSH {KEY_WORD}-----\nabcdef\n-----END OPENSSH {KEY_WORD}-----",
        "abcdef",
    ),
    "pem-without-end": (f"cannot parse -----BEGIN {KEY_WORD}-----\n{PEM_LINE}\nshort", "short"),
    "pem-escaped": (f'{{"k": "-----BEGIN {KEY_WORD}-----\\nAbCd\\n-----END {KEY_WORD}-----\\n"}}', "AbCd"),
    "pgp": (f"-----BEGIN PGP {KEY_WORD} BLOCK-----\n\nlQOYBF\n=aBcD\n", "lQOYBF"),
    "authorization-bearer": ("401 for request with Authorization: Bearer hunter2", "hunter2"),
    "authorization-basic": ("sent Authorization: Basic Ym9iOmh1bnRlcjI=", "Ym9iOmh1bnRlcjI"),
    "authorization-token": ("authorization: token abcdef", "abcdef"),
    "authorization-digest": ('Authorization: Digest username="bob", response="6629fae4"', "6629fae4"),
    "authorization-raw": ("Authorization: hunter2", "hunter2"),
    "authorization-json": ('{"authorization": "Bearer ab cd", "x": 1}', "cd"),
    "authorization-repr": ("headers={'Authorization': 'Bearer abcdef', 'Accept': '*/*'}", "abcdef"),
    "authorization-curl": ('curl -H "Authorization: Bearer abcdef" https://example.com', "abcdef"),
    "authorization-proxy": ("Proxy-Authorization: Basic Ym9iOmh1bg==", "Ym9i"),
    "bearer": ("server refused Bearer hunter2-token", "hunter2"),
    "bearer-lower": ("sent 'bearer abcdef'", "abcdef"),
    "basic-letters-only": (f"sent Basic {LETTERS}", LETTERS),
    "auth-with-scheme": ("auth: Basic abcdefgh", "abcdefgh"),
    "cookie": ("request had Cookie: theme=dark; sid=abcdef; x=y", "abcdef"),
    "set-cookie": ("Set-Cookie: id=abcdef; Path=/; HttpOnly", "abcdef"),
    "cookies-dict": ("cookies={'theme': 'dark', 'id': 'abcdef'}", "abcdef"),
    "url-password": ("cannot reach https://bob:hunter2@example.com/path", "hunter2"),
    "url-user": ("cannot reach https://bob:hunter2@example.com/path", "bob"),
    "url-token": ("fatal: unable to access 'https://abcdef@github.com/o/r.git/'", "abcdef"),
    "url-empty-user": ("Error connecting to redis://:hunter2@cache:6379/0", "hunter2"),
    "url-password-with-at": ("postgres://bob:p@ss@db.internal/app is down", "p@ss"),
    "url-password-with-slash": ("postgres://bob:hun/ter2@db.internal/app is down", "ter2"),
    "url-password-with-hash": ("postgres://bob:hun#ter2@db.internal/app is down", "ter2"),
    "url-password-without-host": ("invalid URL postgres://bob:hunter2", "hunter2"),
    "url-user-encoded": ("mysql://bob%40corp:hunter2@db/app", "bob"),
    "url-numeric-password": ("amqp://guest:12345@mq:5672//", "12345"),
    "url-encoded": ("redirect to https%3A%2F%2Fbob%3Ahunter2%40example.com", "hunter2"),
    "url-inside-quotes": ("url='https://bob:hunter2@example.com'", "hunter2"),
    "url-in-list": ("tried https://a.example,https://bob:hunter2@b.example", "hunter2"),
    "url-query": ("GET https://example.com/cb?code=abcdef&state=xyz failed", "abcdef"),
    "url-query-plain": ("GET https://example.com/cb?abcdef failed", "abcdef"),
    "url-fragment": ("GET https://example.com/cb#abcdef failed", "abcdef"),
    "url-query-relative": ("Max retries exceeded with url: /v1/me?code=abcdef (Caused by x)", "abcdef"),
    "postgres": ("connection to postgres://app:hunter2@10.0.0.5:5432/app failed", "hunter2"),
    "mongodb": ("mongodb+srv://app:hunter2@cluster0.example.net/test", "hunter2"),
    "jdbc": ("jdbc:postgresql://db/app?user=bob&password=hunter2", "hunter2"),
    "ado": ("Server=db;User Id=app;Password=hunter2;Encrypt=true", "hunter2"),
    "ado-spaces": ("Server=db;Password=my pet fox;Encrypt=true", "fox"),
    "libpq": ("could not connect: host=db user=app password=hunter2", "hunter2"),
    "azure-storage": (f"AccountName=x;AccountKey={B62}==;EndpointSuffix=core", B62[:8]),
    "azure-signature": ("SharedAccessSignature sr=example&sig=abc%2Fdef&se=1", "abc%2Fdef"),
    "azure-signature-named": ("SharedAccessSignature=sv=2020&sig=abc", "sig=abc"),
    "user-at-host": ("cannot log in as bob:hun!ter2@db", "hun!ter2"),
    "email": ("no account for jane.doe@example.com", "jane.doe"),
    "email-plus": ("no account for <jane+test@example.co.uk>", "jane"),
    "email-encoded": ("GET /users/jane%40example.com: 404", "jane"),
    "email-quoted": ("user 'jane@example.com' is not a member", "jane"),
    "email-non-ascii": ("kein Konto für jürgen@müller.example", "jürgen"),
    "email-digits": ("no account for jane@163.com", "jane"),
    "ssh-login": ("jane@devbox: Permission denied (publickey).", "jane"),
    "password-equals": ("login failed with password=hunter2", "hunter2"),
    "password-colon": ("login failed, password: hunter2", "hunter2"),
    "password-json": ('{"user": "x", "password": "hunter2"}', "hunter2"),
    "password-json-spaces": ('{"password": "my pet fox", "user": "x"}', "pet fox"),
    "password-json-quote": ('{"password": "hun\\"ter2", "user": "x"}', "ter2"),
    "password-json-in-json": ('{"body": "{\\"password\\": \\"hunter2\\"}"}', "hunter2"),
    "password-repr": ("{'password': 'hunter2', 'user': 'x'}", "hunter2"),
    "password-unclosed": ("{'password': 'my pet f", "pet f"),
    "password-sentence": ("password: correct horse battery staple", "staple"),
    "password-bytes": ("password=b'hunter 2'", "hunter"),
    "password-list": ("passwords = ['one', 'two three']", "three"),
    "password-next-line": ("Enter password:\nhunter2", "hunter2"),
    "password-xml": ("<password>hunter2</password>", "hunter2"),
    "password-arrow": ("{:password=>hunter2}", "hunter2"),
    "password-table": ("│ password │ hunter │", "hunter"),
    "password-upper": ("PGPASSWORD=hunter2 psql", "hunter2"),
    "password-percent": ("body was user%3Dx%26password%3Dhunter2", "hunter2"),
    "password-wide-colon": ("密码\uff1ahunter2", "hunter2"),
    "password-german": ("Passwort: geheim", "geheim"),
    "password-told": ("the password is hunter2", "hunter2"),
    "password-told-quoted": ("wrong password 'swordfish' for this user", "swordfish"),
    "passwd": ("passwd=hunter2", "hunter2"),
    "pwd": ("Pwd=hunter2;", "hunter2"),
    "passphrase": ("passphrase: my pet fox", "fox"),
    "pass-camel": ("dbPass=hunter2", "hunter2"),
    "pass-in-ansi": ("\x1b[31mpassword\x1b[0m=\x1b[1mhunter2\x1b[0m", "hunter2"),
    "pass-in-invisible": ("pass\u200bword=hunter2", "hunter2"),
    "yaml-block": ("private_key: |\n  abc\n  def", "def"),
    "secret": ("secret=abcdef", "abcdef"),
    "client-secret": ("client_secret: abcdef", "abcdef"),
    "token": ("token: abcdef", "abcdef"),
    "token-brackets": ("request(token=abcdef)", "abcdef"),
    "token-told": ("token abc123def has expired", "abc123def"),
    "access-token-json": ('{"access_token":"abcdef","expires_in":3600}', "abcdef"),
    "refresh-token": ("refresh_token=abcdef&grant=x", "abcdef"),
    "api-key": ("api_key=abcdef", "abcdef"),
    "api-key-kebab": ("X-Api-Key: abcdef", "abcdef"),
    "api-key-joined": ("ApiKey = abcdef", "abcdef"),
    "api-key-variable": ("OPENAI_API_KEY=abcdef", "abcdef"),
    "api-key-spaced": ("Incorrect API key provided: abcdef.", "abcdef"),
    "access-key": ("aws_secret_access_key = abcdef", "abcdef"),
    "camel-key": ("subscriptionKey: abcdef", "abcdef"),
    "credential": ("credential='abcdef'", "abcdef"),
    "session": ("session_id=abcdef", "abcdef"),
    "signature": ("signature: abcdef", "abcdef"),
    "sig": ("sig=abcdef", "abcdef"),
    "otp": ("otp: 123456", "123456"),
    "option": ("command: login --password hunter2 --verbose", "hunter2"),
    "option-equals": ("command: login --api-key=abcdef", "abcdef"),
    "option-quoted": ("command: login --token 'ab cd' x", "cd"),
    "option-curl-user": ("curl -u bob:hunter https://example.com", "hunter"),
    "netrc": ("machine example.com login bob password swordfish", "swordfish"),
    "slack-webhook": ("POST https://hooks.slack.com/services/T000/B000/XXXX failed", "XXXX"),
    "discord-webhook": ("POST https://discord.com/api/webhooks/123/abcdef failed", "abcdef"),
    "telegram-url": ("https://api.telegram.org/bot" + TOKENS["telegram"] + "/getMe", B62[:8]),
    "uuid": (f"run {UUID} was not found", UUID[:8]),
    "uuid-upper": (f"run {UUID.upper()} was not found", UUID[:8].upper()),
    "token-in-path": (f"no such file: /reset/{B62}/done", B62[:8]),
    "token-after-escape": ("reply was 'ok\\n" + TOKENS["openai"] + "'", B62[:8]),
    "token-after-percent": ("next=x%3D" + TOKENS["arcade"], B62[:8]),
    "url-encoded-query": ("goto https%3A%2F%2Fexample.com%2Fcb%3Fcode%3Dabcdef", "abcdef"),
    "url-two-ats": ("cannot reach https://ab;cd@example.com/pkg@1.0", "ab;"),
    "user-at-host-odd": ("cannot log in as bob:hun;ter2@db", "hun;"),
    "option-letters": ("command: login --password swordfish", "swordfish"),
    "option-short": ("docker login -u bob -p swordfish failed", "swordfish"),
    "option-short-joined": ("mysql -u bob -pswordfish failed", "swordfish"),
    "password-told-letters": ("the password is swordfish", "swordfish"),
    "password-for": ("Password for user bob: swordfish", "swordfish"),
    "password-lines": ("client_secret='abc\ndef'", "def"),
    "password-in-tuple": ("[(b'authorization', b'abc def'), (b'x', b'y')]", "abc def"),
    "input-value": (
        "api_key\n  Input should be valid [type=x, input_value='abc def', input_type=str]",
        "abc def",
    ),
    "key-equals": ("key=abcdef", "abcdef"),
    "secret-told": ("invalid secret abc12d", "abc12d"),
    "jwt-head-only": ("bad header ey" + "JhbGciOi", "JhbGciOi"),
    "github-short": ("bad key gh" + "p_abcdefg", "abcdefg"),
    "aws-letters": ("no user has AK" + "IAQWERTYUIOP", "QWERTYUIOP"),
    "telegram-letters": ("bot 12345678:AA" + "abcdefghijklmnopqrstu", "abcdefgh"),
    "uuid-cut": ("run 3f2504e0-4f89-41d3", "41d3"),
    "long-number": ("id " + "1234567890" * 3 + "12", "1234567890"),
    "home": ("cannot open /home/jane/project/x.py", "jane"),
    "home-mac": ("cannot open /Users/jane/project/x.py", "jane"),
    "home-windows": ("cannot open C:\\Users\\Jane\\x.py", "Jane"),
    "home-windows-repr": ("cannot open 'C:\\\\Users\\\\Jane\\\\x.py'", "Jane"),
    "home-windows-spaces": ("cannot open C:\\Users\\Jane Ann Doe\\x.py", "Doe"),
    "home-windows-slashes": ("cannot open c:/users/jane/x.py", "jane"),
    "home-url": ("cannot open file:///home/jane/x.py", "jane"),
    "home-encoded": ("cannot open vscode%2Fhome%2Fjane%2Fx.py", "jane"),
    "home-encoded-name": ("cannot open file:///home/jane%20doe/x", "doe"),
    "home-root": ("cannot open /root/.netrc", "/root"),
} | {f"token-{name}": (f"server said: '{token}' is not valid", token[-16:]) for name, token in TOKENS.items()}

PLAIN = {
    "empty": "",
    "value-error": "ValueError: invalid literal for int() with base 10: 'abc'",
    "key-error": "KeyError: 'name'",
    "type-error": "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    "attribute-error": "AttributeError: 'NoneType' object has no attribute 'split'",
    "name-error": "NameError: name 'foo' is not defined",
    "import-error": "ImportError: cannot import name 'Redactor' from 'arcade_usage.domain.redaction'",
    "module-not-found": "ModuleNotFoundError: No module named 'arcade_usage.adapters.files'",
    "index-error": "IndexError: list index out of range",
    "zero-division": "ZeroDivisionError: division by zero",
    "recursion": "RecursionError: maximum recursion depth exceeded while calling a Python object",
    "unicode": "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    "json": "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    "assertion": "AssertionError: assert 3 == 4",
    "os-error": "OSError: [Errno 28] No space left on device",
    "permission": "PermissionError: [Errno 13] Permission denied: 'config.yaml'",
    "file-not-found": "FileNotFoundError: [Errno 2] No such file or directory: 'servers/main.py'",
    "relative-path": "cannot read ./src/arcade_usage/domain/redaction.py:12:5",
    "parent-path": "cannot read ../shared/templates/default-config.toml",
    "absolute-path": "cannot read /usr/lib/python3.11/site-packages/httpx/_transports/default.py",
    "windows-path": "cannot read D:\\build\\out\\report.txt",
    "var-path": "cannot write /var/log/arcade/engine.log",
    "temporary-path": "cannot write /tmp/tmpk3x9q2z7/build/lib/module.py",
    "trace-frame": 'File "tools/toolkit_loader.py", line 42, in load_toolkits_from_directory',
    "http-404": "Client error '404 Not Found' for url 'https://api.example.com/v1/tools'",
    "http-500": "500 Server Error: Internal Server Error for url: https://api.example.com/v1/tools/list",
    "http-401": "401 Unauthorized",
    "http-429": "HTTP 429: rate limit exceeded, retry in 30 seconds",
    "http-port": "GET http://localhost:8080/health returned 503",
    "http-port-end": "cannot reach http://localhost:8080.",
    "http-port-colon": "cannot reach http://localhost:9099: connection refused",
    "http-long-path": "GET https://api.example.com/v1/projects/engineering-platform/environments/production failed",
    "http-path-with-at": "GET https://cdn.example.com/npm/react@18.2.0/index.js failed",
    "http-ipv6": "cannot reach http://[::1]:8080/health",
    "http-oauth-path": "POST https://auth.example.com/oauth/token: 401 Unauthorized",
    "docs-link": "For more information check: https://docs.example.com/home-page/errors",
    "refused": "Connection refused: localhost:5432",
    "refused-errno": "[Errno 111] Connection refused",
    "timeout": "Timed out after 30.5s while waiting for engine:9099",
    "dns": "Name or service not known: api.internal.example.com",
    "ipv4": "cannot bind to 192.168.1.10:8080: address already in use",
    "ipv6": "no route to 2001:db8:85a3:0:0:8a2e:370:7334",
    "tls": "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1007)",
    "pool": "HTTPSConnectionPool(host='api.example.com', port=443): Read timed out. (read timeout=10)",
    "version-conflict": "arcade-core 2.1.0 requires pydantic>=2.7,<3, but you have pydantic 1.10.13",
    "version-local": "found 1.2.3rc1.dev45+g1a2b3c4.d20240101",
    "version-at": "npm ERR! missing: left-pad@1.3.0, required by app@0.0.1-beta.2",
    "version-tag": "npm install create-app@latest failed",
    "action": "uses actions/checkout@v4 but v3 was expected",
    "wheel": "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl is not supported",
    "python-range": "requires-python >=3.10,<3.14",
    "usage": "Usage: arcade deploy [OPTIONS] ENTRYPOINT",
    "no-such-option": "No such option: --verbos Did you mean --verbose?",
    "option-needs-argument": "Option '--token' requires an argument.",
    "option-is-required": "--api-key is required unless --local is given",
    "missing-option": "Missing option '--password' / '-p'.",
    "missing-argument": "Missing argument 'NAME'.",
    "invalid-value": "Invalid value for '--port': 'abc' is not a valid integer.",
    "no-such-command": "No such command 'depoly'.",
    "usage-panel": "╭─ Error ───────╮\n│ No such option: --token │\n╰───────────────╯",
    "ruler": "=" * 60,
    "dashes": "-" * 60,
    "git-hash": "commit 1a2b3c4 not found",
    "git-hash-12": "merge base is 9f86d081884c",
    "git-url": "fatal: repository 'https://github.com/example/project.git/' not found",
    "git-ssh": "git@github.com:example/project.git: access denied",
    "git-commit-url": "see https://github.com/example/project/commit/1a2b3c4d5e",
    "branch": "branch feature/add-redaction-of-secrets-v2 does not exist",
    "object": "<Foo object at 0x7f8b1c2d3e4f>",
    "number": "expected 1234567890 but got 9876543210",
    "big-number": "value 123456789012345678901 is out of range",
    "float": "loss is 3.141592653589793 after 1e-05",
    "duration": "finished in 1m 30.25s (90250 ms)",
    "date": "2024-01-15T10:30:00.123456Z engine stopped",
    "timestamp-file": "backup-20240115T103000Z-complete.tar.gz is damaged",
    "percent": "disk is 97% full",
    "kebab": "toolkit arcade-google-calendar-integration-for-teams not found",
    "snake": "no tool named list_all_calendar_events_for_user_in_month",
    "dotted": "no tool named Google.Calendar.ListEvents in arcade_google.tools.calendar",
    "camel": "class AbstractSingletonProxyFactoryBean is abstract",
    "camel-digit": "class OAuth2AuthorizationCodeBearer is not callable",
    "camel-method": "createOrUpdateMyAppInstance() missing 1 required positional argument: 'self'",
    "constant": "environment variable ARCADE_USAGE_TRACKING_DISABLED_BY_DEFAULT is not set",
    "long-word": "Donaudampfschifffahrtsgesellschaft nicht gefunden",
    "token-error": "jwt.exceptions.InvalidTokenError: Not enough segments",
    "token-expired-error": "TokenExpiredError: please log in again",
    "auth-error": "AuthenticationError: please log in again",
    "credentials-error": "google.auth.exceptions.DefaultCredentialsError: Your credentials were not found",
    "token-expired": "Your token has expired. Run 'arcade login'.",
    "token-missing": "token: missing",
    "no-token": "No bearer token found in request",
    "bearer-auth": "Bearer authentication is required",
    "basic": "Basic usage: arcade login",
    "password-short": "The password must have at least 8 characters",
    "passwords-differ": "Passwords do not match",
    "secret-name": "secret manager is not reachable",
    "session-expired": "Session expired, please log in",
    "author": "author: Example Company",
    "tokenizer": "tokenizer: model not found",
    "context-length": "This model's maximum context length is 4096 tokens",
    "duplicate-key": "duplicate key in mapping",
    "yaml": "while parsing a block mapping in config.yaml, line 3, column 1",
    "jinja": "expected token 'end of statement block', got 'name'",
    "javascript": "SyntaxError: Unexpected token < in JSON at position 0",
    "rust": "thread 'main' panicked at src/session/token.rs:10:5",
    "rust-path": "no function token::parse in crate auth::session",
    "exit": "command exited with code 1",
    "signal": "process 4242 was killed by SIGKILL",
    "docker-image": "image ghcr.io/example/engine:1.4.2 not found",
    "pod": "pod engine-7d9f8b6c5d-x2x4z is not ready",
    "tool-secret": "secret 'OPENAI_API_KEY' is not set",
    "unset-variable": "Missing environment variable: ARCADE_API_KEY",
    "invalid-api-key": "Invalid API key",
    "key-missing": "Key 'name' is missing",
    "keyword": "TypeError: deploy() got an unexpected keyword argument 'secrets'",
    "missing-parameter": "TypeError: __init__() missing 1 required positional argument: 'token'",
    "key-error-token": "KeyError: 'access_token'",
    "pydantic": "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings",
    "graphs": "no folder graphs_directory or highs_and_lows",
    "question": "Did you mean 'deploy'? Try again.",
    "html": "unexpected tag <div class='x'> in <body>",
    "math": "a < b && c > d || e == f",
    "quotes": 'it\'s "fine" and `quoted` and (bracketed) and [listed]',
    "tabs": "name\tvalue\nfoo\tbar",
    "german": "Die Datei wurde nicht gefunden: größe.txt",
    "french": "Impossible d'ouvrir le fichier « données.csv »",
    "japanese": "ファイルが見つかりません: 設定.yaml",
    "chinese": "找不到文件\uff1a配置.yaml",
    "russian": "Файл не найден: настройки.yaml",
    "arabic": "الملف غير موجود",
    "emoji": "deploy failed 💥 👩‍💻",
}

DISTINCT_NAMES = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=12).filter(
    lambda name: name not in Redactor(names=(name,))(name)
)


def whole_word(word: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)


@pytest.mark.parametrize(("message", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_secret_does_not_come_through(message: str, secret: str) -> None:
    """What makes the message a secret is gone, and a placeholder says so."""
    assert secret in message
    redacted = Redactor()(message)
    assert secret not in redacted
    assert re.search(r"<redacted>|<email>|<id>|~", redacted)


@pytest.mark.parametrize("message", PLAIN.values(), ids=PLAIN.keys())
def test_plain_message_comes_through(message: str) -> None:
    """A message without secrets is not changed, even where names of this user are known."""
    assert Redactor(home=("/home/jane",), names=("jane", "devbox"))(message) == message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("GET https://api.example.com/v1?key=abc failed", "GET https://api.example.com/v1?<redacted> failed"),
        ("'https://bob:pw@db.example.com/x' is down", "'https://<redacted>@db.example.com/x' is down"),
        ("token=abc, retries=3", "token=<redacted>, retries=3"),
        ('{"password": "a b", "retries": 3}', '{"password": <redacted>, "retries": 3}'),
        ("login --token abc --retries 3", "login --token <redacted> --retries 3"),
        ("mail jane@example.com now", "mail <email> now"),
        (f"run {UUID} failed", "run <id> failed"),
        ("no file /home/jane/x.py", "no file ~/x.py"),
        ("no file C:\\Users\\Jane\\x.py", "no file ~\\x.py"),
        ("no file /root/x.py", "no file ~/x.py"),
        (f"bad key {TOKENS['github-classic']}: revoked", "bad key <redacted>: revoked"),
    ],
)
def test_rest_of_the_message_stays(message: str, expected: str) -> None:
    """Around a secret the message can still be read."""
    assert Redactor()(message) == expected


@pytest.mark.parametrize(
    ("home", "message", "expected"),
    [
        ("/data/people/jane", "no /data/people/jane/x", "no ~/x"),
        ("/data/people/jane", "no /data/people/janet/x", "no /data/people/janet/x"),
        ("/data/people/jane", "no -I/data/people/jane", "no -I~"),
        ("/home/corp/jane", "no /home/corp/jane/x", "no ~/x"),
        ("D:\\People\\Jane", "no d:/people/jane/x", "no ~/x"),
        ("D:\\People\\Jane", "no 'D:\\\\People\\\\Jane\\\\x'", "no '~\\\\x'"),
        ("D:\\People\\Jane Doe", "no file:///D:/People/Jane%20Doe/x", "no file:///~/x"),
        ("/", "no /usr/bin/x", "no /usr/bin/x"),
        ("", "no /usr/bin/x", "no /usr/bin/x"),
    ],
)
def test_own_home_is_replaced(home: str, message: str, expected: str) -> None:
    """A home folder in an unusual place is known, however its path is written."""
    assert Redactor(home=(home,))(message) == expected


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        ("jane", "user jane has no access", "user <user> has no access"),
        ("jane", "JANE's key", "<user>'s key"),
        ("jane", "janet and sujane", "janet and sujane"),
        ("jane", "run_jane_1", "run_<user>_1"),
        ("CORP\\jane", "no CORP\\jane", "no <user>"),
        ("devbox.local", "host devbox.local is down", "host <user> is down"),
        ("jo", "jo has no access to /home/jo/x", "jo has no access to ~/x"),
        ("runner", "runner failed in /home/runner/work", "runner failed in ~/work"),
        ("root", "root of /Users/root/x", "root of ~/x"),
        ("redacted", "token=abc", "token=<redacted>"),
        ("", "nothing here", "nothing here"),
        ("   ", "a    b", "a    b"),
    ],
)
def test_own_name_is_replaced(name: str, message: str, expected: str) -> None:
    """A telling name goes wherever it is a word of its own, any other only where it names a folder."""
    assert Redactor(names=(name,))(message) == expected


def test_longest_name_wins() -> None:
    """A name that is part of another one leaves nothing of that one."""
    assert Redactor(names=("jane", "jane-laptop"))("on jane-laptop") == "on <user>"


@given(st.text(max_size=60), DISTINCT_NAMES, st.text(max_size=60))
def test_own_name_is_never_in_the_output(before: str, name: str, after: str) -> None:
    """Wherever a telling name stands in a text, it is gone as a word."""
    assert not whole_word(name).search(Redactor(names=(name,))(f"{before} {name}/{after}"))


@given(
    st.text(" \n\t'\"(:;,.=!<é", max_size=60),
    st.sampled_from(["/home/{}", "/Users/{}", "C:\\Users\\{}", "C:\\\\Users\\\\{}", "/var/home/{}"]),
    DISTINCT_NAMES,
    st.sampled_from(["", "/x", "\\x", "'", ":", ")", " !"]),
)
def test_name_of_a_home_is_never_in_the_output(before: str, home: str, name: str, after: str) -> None:
    """Whoever's home a path names, the name is gone as a word."""
    assume(not whole_word(name).search(home))
    assert not whole_word(name).search(Redactor()(f"{before} {home.format(name)}{after}"))


def windows(token: str) -> list[str]:
    """Every part of a token that is long enough to be of use."""
    return [token[start : start + 12] for start in range(max(1, len(token) - 11))]


@given(
    st.text(max_size=400),
    st.sampled_from(
        [" ", "\n", "\t", "'", '"', "(", "[", "{", "<", ",", ";", "=", ": ", "|", "`", "\\n", "%3D"]
    ),
    st.sampled_from(sorted(TOKENS.values())),
    st.sampled_from(["", " ", "\n", "'", '"', ")", "]", "}", ">", ",", ";", "`", "…", "\\n", "&", "?"]),
    st.text(max_size=400),
)
def test_token_is_found_anywhere(before: str, opening: str, token: str, closing: str, after: str) -> None:
    """No usable part of a token comes through, whatever stands around it."""
    redacted = Redactor()(before + opening + token + closing + after)
    assert not [part for part in windows(token) if part in redacted]


@given(st.integers(0, 2 * MESSAGE_LIMIT), st.sampled_from(sorted(TOKENS.values())))
def test_token_at_the_cut_is_gone(words: int, token: str) -> None:
    """A token that the length limit falls on leaves no part behind, nor does its placeholder."""
    redacted = Redactor()("ab " * (words // 3) + "c" * (words % 3) + f" {token} " + "d e " * MESSAGE_LIMIT)
    assert not [part for part in windows(token) if part in redacted]
    assert not re.search(r"<\w*…", redacted)


@given(st.integers(0, 120), st.sampled_from(sorted(TOKENS.values())))
def test_token_at_the_end_of_the_scan_is_gone(offset: int, token: str) -> None:
    """A token that is cut in half where the scan ends is not taken for plain text."""
    filler = f"-----BEGIN x{'-' * 5}{' ' * (SCAN_LIMIT - 100 - offset)}{'-' * 5}END x{'-' * 5}"
    redacted = Redactor()(f"{filler} {token} {'x' * SCAN_LIMIT}")
    assert token[:12] not in redacted


def any_text() -> st.SearchStrategy[str]:
    """Any characters at all, and pieces that rules look for."""
    pieces = [
        "password=",
        "Bearer ",
        "://",
        "@",
        "%40",
        "eyJ",
        "-----BEGIN ",
        "\\",
        '"',
        "'",
        "/home/",
        "C:\\Users\\",
    ]
    pieces += [
        "?",
        "#",
        "--token ",
        REDACTED,
        "<email>",
        "<user>",
        "<id>",
        "~",
        "…",
        "\x1b[",
        ":",
        "=",
        ".",
        "{",
        "\n",
    ]
    pieces += [
        *TOKENS.values(),
        *(message for message, _ in SECRETS.values()),
        *PLAIN.values(),
        " ",
        "jane",
        "x",
    ]
    anything = st.text(st.characters(exclude_categories=()), max_size=30)
    return st.lists(st.one_of(st.sampled_from(pieces), anything), max_size=20).map("".join)


@given(any_text())
def test_total_bounded_encodable_and_idempotent(text: str) -> None:
    """Any text gives a text that UTF-8 can encode, within the limit, and that redaction leaves as it is."""
    redact = Redactor(home=("/data/people/jane",), names=("jane", "devbox"))
    redacted = redact(text)
    assert len(redacted) <= MESSAGE_LIMIT
    redacted.encode("utf-8")
    assert redact(redacted) == redacted
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", redacted)


def test_control_characters_are_spaces() -> None:
    """Control characters give spaces, but for newlines and tabs."""
    assert Redactor()("a\x00b\x07c\nd\te\r\nf") == "a b c\nd\te\nf"


def test_lone_surrogates_are_replaced() -> None:
    """A character that UTF-8 cannot encode gives the one that stands for those."""
    assert Redactor()("a\udce9b") == "a\ufffdb"


def test_long_text_is_cut() -> None:
    """A text beyond the limit ends in an ellipsis, which counts."""
    assert Redactor()("no " * 200) == ("no " * 200)[: MESSAGE_LIMIT - 1] + "…"


def test_text_at_the_limit_is_not_cut() -> None:
    """A text of just the limit is whole."""
    text = ("no " * 200)[:MESSAGE_LIMIT]
    assert Redactor()(text) == text


@pytest.mark.parametrize("offset", range(12))
def test_placeholder_is_not_cut(offset: int) -> None:
    """Where the cut falls on a placeholder, the whole of it goes."""
    text = ("no " * 200)[: MESSAGE_LIMIT - 1 - offset] + " token=abc" + " no" * 20
    assert not re.search(r"<\w*>?…", Redactor()(text).replace(f"{REDACTED}…", ""))


def test_secrets_go_before_the_cut() -> None:
    """What a long secret took up is free for the rest of the message."""
    assert Redactor()(f"token={'x' * 1000} and more") == "token=<redacted> and more"


@pytest.mark.parametrize(
    "piece",
    [
        "a", "A", "0", "aB3", "eyJ.", "eyJ", "://", "://u:x", "://u:x@", "://a@", "a@", "a@b.", "@", "=", "=a:", ":", "%40",
        "%40a", "-----BEGIN ", "-", "--a", "--token ", "password=", "password", "password: ", "token='", 'token="',
        'token=\\"', "token", "token :", "key ", "Bearer ", "basic ", "login a ", "/", "/home/", "\\", "C:\\Users\\a ",
        "?a", "?a=", "#", "<", "<redacted>", ".", "a.", "_", "a-", "xoxb-", "sk-", "npm_", "1:A", "12345678-1234-", " ",
        "\n", "\t", "\r", "\x1b[", "\x1b[0;", "\u200b", "\ud800", "é", "(", "[", "{", '"', "'", "`", "|", ",", ";", ")",
        "token=)", "'a:a", "password\\", "token is ", "deadbeef", "jane", "/data/people/",
    ],
)  # fmt: skip
def test_hostile_text_is_done(piece: str) -> None:
    """Repeating what a rule begins with does not keep redaction from answering, within the limit."""
    redact = Redactor(home=("/data/people/jane",), names=("jane",))
    hostile = piece * (1_000_000 // len(piece))
    assert len(redact(hostile)) <= MESSAGE_LIMIT
    assert len(redact(hostile[:SCAN_LIMIT])) <= MESSAGE_LIMIT


@given(any_text(), st.sampled_from(RULES))
def test_marks_hide_no_match(text: str, rule: Rule) -> None:
    """Looking for a rule's marks first never spares a text that its pattern would have changed."""
    assert rule.apply(text) == re.sub(rule.pattern, rule.replacement, text)


def test_rules_have_names() -> None:
    """Each rule can be told from the others by its name."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)


def test_redactors_are_values() -> None:
    """Redactors are values: equal where they know the same."""
    assert Redactor(names=("jane",)) == Redactor(names=("jane",))
    assert Redactor(names=("jane",)) != Redactor()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (-1.5, -1.5),
        ("token=abc", "token=<redacted>"),
        (["jane@example.com", 1], ["<email>", 1]),
        ({"n": {"m": ["jane@example.com"]}}, {"n": {"m": ["<email>"]}}),
        ({"password": "abc"}, {"password": REDACTED}),
        ({"apiKey": {"a": 1}}, {"apiKey": REDACTED}),
        ({"session_id": 12}, {"session_id": REDACTED}),
        ({"key": "abc"}, {"key": REDACTED}),
        ({"author": "x", "keyboard": "y"}, {"author": "x", "keyboard": "y"}),
        ({"jane@example.com": 1}, {"<email>": 1}),
        ({"a@example.com": 1, "b@example.com": 2}, {"<email>": 1}),
        ({1: "x", "a": "y"}, {"a": "y"}),
        ([1, math.nan, math.inf, object(), 2], [1, 2]),
        ({"a": -math.inf, "b": b"x", "c": 1}, {"c": 1}),
        ([2**63 - 1, 2**63, 10**5000], [2**63 - 1]),
    ],
)
def test_value_is_redacted(value: object, expected: object) -> None:
    """JSON keeps its shape, its texts are redacted, and what is not JSON is left out."""
    assert Redactor().redact_value(value) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, b"x", object(), {1}, ("a",), 1j, 2**64])
def test_value_that_is_not_json_is_dropped(value: object) -> None:
    """A value of which nothing can be kept gives the sign for that."""
    assert Redactor().redact_value(value) is DROPPED


def test_deep_values_are_dropped() -> None:
    """Containers come through to the depth limit and not beyond."""
    deepest: object = [1]
    for _ in range(DEPTH_LIMIT):
        deepest = [deepest, "x"]
    assert Redactor().redact_value(deepest) == [[[["x"], "x"], "x"], "x"]


def test_wide_values_are_cut() -> None:
    """Of a container no more than the first items are kept."""
    assert Redactor().redact_value(list(range(1000))) == list(range(WIDTH_LIMIT))
    assert Redactor().redact_value({str(n): n for n in range(1000)}) == {
        str(n): n for n in range(WIDTH_LIMIT)
    }


def test_wide_and_deep_values_are_bounded() -> None:
    """The whole of a structure is bounded too, not only each part."""
    value: object = "x"
    for _ in range(DEPTH_LIMIT):
        value = [value] * 1000
    assert str(Redactor().redact_value(value)).count("x") < 500


def test_value_that_contains_itself_is_done() -> None:
    """A structure that has no end is cut at the depth limit."""
    endless: list[object] = ["x"]
    endless.append(endless)
    assert Redactor().redact_value(endless) == ["x", ["x", ["x", ["x"]]]]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(any_text(), inner, max_size=4)),
    max_leaves=10,
)


@given(JSON)
def test_values_are_idempotent(value: object) -> None:
    """Redacting a redacted value changes nothing."""
    redacted = Redactor(names=("jane",)).redact_value(value)
    if redacted is not DROPPED:
        assert Redactor(names=("jane",)).redact_value(redacted) == redacted
