"""Keys of the shapes that vendors give them.

They are put together here, so that no scanner takes them for the real thing.
"""

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
    "key with dashes": "s" + "k-ant-api03-" + B62_LONG + "-AA",
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
