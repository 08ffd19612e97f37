"""Rules for secrets on command lines, where a letter has to do for a name: `-p`, `-a`, `/p:`, `-U name%`.

Owns the invariant that such a letter counts only beside a command to which it means a secret.
"""

from arcade_usage.domain.redaction.rule import END, after
from arcade_usage.domain.redaction.words import VALUE, is_state


def _option(commands: str, letters: str) -> str:
    """Where a command's option may begin, somewhere behind it on its line."""
    return rf"\b(?:{commands})\b[^\n]{{0,200}}?[\s\"',\[](?-i:{letters})"


_USER = r"\s[\"']?(?:-[ulU]|--?(?:user|username|login|account))(?:[\"'],)?[ =]?[\"']?(?!-)\S{1,64}"
_MEANS = "|".join(
    (
        _option(
            r"(?<!docker )login|sshpass|psexec\w*|mysql\w{0,9}|mariadb\w{0,9}|mycli|mongo\w{0,9}|twine|cqlsh|cypher-shell"
            r"|7z\w?|rar|unrar|unlock-keychain|certutil|evil-winrm|smbmap|crackmapexec|netexec|nxc|mssql-cli|vncviewer"
            r"|rdesktop|plink|pscp|fastlane|altool|steghide|couchbase-cli|influx",
            r"-p(?:w|W)?",
        ),
        _option(r"redis-cli|valkey-cli|keydb-cli|sentinel", r"-a"),
        _option(r"ldap\w{2,12}|slap\w{2,12}", r"-[wy]"),
        _option(r"openssl|cryptsetup", r"-[kK]"),
        _option(r"zip|unzip|zipcloak|sqlcmd|bcp|osql|tsql|ipmitool|mosquitto_\w{3}|security|isql", r"-P"),
        _option(r"snmp\w{2,12}", r"-[AXax]"),
        _option(r"sendemail|swaks", r"-(?:xp|ap)"),
        _option(r"signtool|osslsigncode|pvk2pfx", r"[/-](?:p|pass)"),
        _option(r"schtasks|at|runas", r"/rp"),
        _option(r"pdftk", r"(?:input|owner|user)_pw"),
        rf"{_USER}[\s\"']-[pP](?!rotocol|ort|[ =]?[\"']?\d{{1,5}}(?:[:/\s]|\Z))(?=[\"',\s=]|(?-i:[a-z]))",
    )
)
_POSITIONS = "|".join(
    (
        r"htpasswd(?: -\w{1,8}){0,4} \S{1,128} \S{1,64} ",
        r"rabbitmqctl (?:add_user|change_password|authenticate_user) \S{1,64} ",
        r"wpa_passphrase \S{1,64} |rclone obscure |\bnet user \S{1,64} (?!/)|\brasdial \S{1,64} \S{1,64} ",
        r"\bnet use (?:\w: )?\\{1,4}\S{1,128} (?!/)|[/-]u(?:ser)?:[\w.\\-]{1,64} (?![/\\-])",
        r"\bnmcli\b[^\n]{0,80}? password ",
        r"\bAUTH (?:PLAIN|LOGIN) |\bchpasswd <<< \"?\w{1,32}:|<<< ?",
    )
)
_NO_OPTION = r"(?![-|\u2502(\[<:,.;])"

# fmt: off
RULES = (
    after("option of a command", rf"(?:{_MEANS})[\"']?,?[ =]{{0,2}}{_NO_OPTION}", VALUE,
          "-p", "-a", "-w", "-y", "-k", "-x", "_pw", "/p", "/rp", unless=is_state),
    after("argument", rf"(?:{_POSITIONS}){_NO_OPTION}", VALUE,
          "htpasswd", "rabbitmqctl", "wpa_", "rclone", "net use", "rasdial", "nmcli", "/u", "-u", "auth", "<<<", unless=is_state),
    after("slash option", r"(?<![^\s\"'])/(?:p|pw|pwd|pass|password):(?![\w.]{1,80}=)", VALUE, "/p"),
    after("user%password", r"(?:-U|--user)[\"']?[,=]?[ ]{0,2}[\"']?[^\s%]{1,64}%", VALUE, "%"),
    after("user,password", r"\blftp\b[^\n]{0,80}? -u [^\s,]{1,64},", VALUE, "lftp"),
    after("Oracle user", r"\b(?:sqlplus|impdp|expdp|sqlldr|rman|exp|imp)\b[^\n]{0,80}?[\s=][\w$#]{1,32}/",
          r"[^\s/@][^\s@]{0,64}(?=@|\s|\Z)", "sqlplus", "mpdp", "xpdp", "sqlldr", "rman", "exp ", "imp "),
    after("pass:", r"\bpass:", rf"(?!\d)\S+?{END}", "pass:"),
)
# fmt: on
