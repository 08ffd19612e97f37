"""Rules for secrets on command lines after a one-letter option: `-p`, `-a`, `/p:`, `-U name%`.

Invariant: a one-letter option counts only after a command for which it means a secret.
"""

from arcade_usage.domain.redaction.rule import END, Rule, after
from arcade_usage.domain.redaction.words import VALUE, is_state

_NO_OPTION = r"(?![-|\u2502(\[<:,.;])"
_USER = r"\s[\"']?(?:-[ulU]|--?(?:user|username|login|account))(?:[\"'],)?[ =]?[\"']?(?!-)\S{1,64}"


def _options(commands: str, letters: str, *marks: str) -> Rule:
    """A rule for the options `letters` of `commands`, on the rest of the command's line."""
    option = after(
        letters, rf"[\s\"',\[](?-i:{letters})[\"']?,?[ =]{{0,2}}{_NO_OPTION}", VALUE, *marks, unless=is_state
    )
    return Rule(
        f"option {letters}",
        rf"(?i)\b(?:{commands})\b[^\n]{{1,300}}",
        lambda line: option.apply(line[0]),
        marks,
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

# fmt: off
RULES = (
    _options(r"(?<!docker )login|sshpass|psexec\w*|mysql\w{0,9}|mariadb\w{0,9}|mycli|mongo\w{0,9}|twine"
             r"|cqlsh|cypher-shell"
             r"|7z\w?|rar|unrar|unlock-keychain|certutil|evil-winrm|smbmap|crackmapexec|netexec|nxc|mssql-cli|vncviewer"
             r"|pi[nv]|pkcs\d+|useradd|usermod|rdesktop|plink|pscp|fastlane|altool|steghide|couchbase-cli|influx",
             r"-p(?:w|W)?", "-p"),
    _options(r"redis-cli|valkey-cli|keydb-cli|sentinel", r"-a", "-a"),
    _options(r"ldap\w{2,12}|slap\w{2,12}", r"-[wy]", "-w", "-y"),
    _options(r"openssl|cryptsetup", r"-[kK]", "-k"),
    _options(r"zip|unzip|zipcloak|sqlcmd|bcp|osql|tsql|ipmitool|pi[nv]|ykman|mosquitto_\w{3}|security|isql",
             r"-P", "-p"),
    _options(r"snmp\w{2,12}", r"-[AXax]", "-a", "-x"),
    _options(r"sendemail|swaks", r"-(?:xp|ap)", "-xp", "-ap"),
    _options(r"signtool|osslsigncode|pvk2pfx", r"[/-](?:p|pass)", "-p", "/p"),
    _options(r"schtasks|at|runas", r"/rp", "/rp"),
    after("option beside a user",
          rf"{_USER}[\s\"']-[pP](?!rotocol|ort|[ =]?[\"']?\d{{1,5}}(?:[:/\s]|\Z))(?=[\"',\s=]|(?-i:[a-z]))"
          rf"[\"']?,?[ =]{{0,2}}{_NO_OPTION}", VALUE, "-p", unless=is_state),
    after("argument", rf"(?:{_POSITIONS}){_NO_OPTION}", VALUE,
          "htpasswd", "rabbitmqctl", "wpa_", "rclone", "net use", "rasdial", "nmcli", "/u", "-u", "auth",
          "<<<", unless=is_state),
    after("slash option", r"(?<![^\s\"'])/(?:p|pw|pwd|pass|password):(?![\w.]{1,80}=)", VALUE, "/p"),
    after("user%password", r"(?:-U|--user)[\"']?[,=]?[ ]{0,2}[\"']?[^\s%]{1,64}%", VALUE, "%"),
    after("user,password", r"\blftp\b[^\n]{0,80}? -u [^\s,]{1,64},", VALUE, "lftp"),
    after("Oracle user", r"\b(?:sqlplus|impdp|expdp|sqlldr|rman|exp|imp)\b[^\n]{0,80}?[\s=][\w$#]{1,32}/",
          r"[^\s/@][^\s@]{0,64}(?=@|\s|\Z)", "sqlplus", "mpdp", "xpdp", "sqlldr", "rman", "exp ", "imp "),
    after("pass:", r"\bpass:", rf"(?!\d)\S+?{END}", "pass:"),
)
# fmt: on
