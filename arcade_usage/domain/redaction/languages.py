"""What passwords, tokens and keys are called in other languages, and what is said of them.

Owns the invariant that the other rules know English alone.
"""

import re


def _either(spaced: str) -> str:
    return "|".join(spaced.split())


# Parts of longer words too, as in "Datenbankpasswort"; most languages add an ending.
_PASSWORD = _either(
    r"passwort kennwort geheimwort wachtwoord wagwoord l[öo]senord adgangskode kodeord passord "
    r"lykilor[ðd] (?:zugangs|anmelde)daten (?:zugangs|sicherheits|freischalt)code code\sd'acc[èe]s "
    r"c[óo]digo\sde\sacceso codice\sd'accesso salasana tunnussana salas[õo]na parool jelsz[óo] "
    r"has[łl][oeua] heslo lozink zapork slapta[žz]od contrase[ñn]a contrasinal contrasenya pasahitz "
    r"senha palavra[\s-]passe mot[\s-]de[\s-]passe parola\sd'ordine fjal[ëe]kalim cyfrinair pasfhocal "
    r"kata\ssandi kata\slaluan nenosiri pasvort m[ậa]t\skh[ẩa]u [şs]ifr[eə] парол лозинк гасло құпиясөз "
    r"κωδικ[όο]ς?(?:\sπρόσβασης|(?=:)) συνθηματικ[όο] գաղտնաբառ პაროლ पासवर्ड कूटशब्द পাসওয়ার্ড "
    r"கடவுச்சொல் رمز\s?عبور گذرواژه پاس\s?ورڈ كلمة\sالمرور كلمة\sالسر סיסמה סיסמא รหัสผ่าน ລະຫັດຜ່ານ "
    r"ពាក្យសម្ងាត់"
)
_PASSWORD_ALONE = _either(
    r"p[as]{1,3}(?<!pass)w[or]{0,2}d passw(?:r|rod|rd|od)d? passowrd mdp parola parole sandi geslo gesla "
    r"clave(?=\s?[:=]|\sde\sacceso)"
)  # that other words have in them
_PASSWORD_EAST_ASIAN = _either(
    r"비밀번호 암호(?!화) 패스워드 密码 密碼 口令 通行码 パスワード 暗証番号 合言葉 パスフレーズ"
)
_TOKEN = _either("jeton geheimnis токен")
_TOKEN_EAST_ASIAN = _either("トークン 令牌 토큰")
_KEY = _either(
    r"(?:api|zugangs|zugriffs)[\s-]?schlüssel schlüssel(?=:) "
    r"cl[ée][\s-](?:api|secr[èe]te|d'acc[èe]s|priv[ée]e) clave\s(?:api|secreta|privada) "
    r"llave\s(?:api|secreta) chiave\s(?:api|segreta|privata) (?:密钥|密鑰|金鑰|秘钥|秘密鍵|시크릿)(?=\s?:) "
    r"секретн[а-я]+\sключ"
)
_ACCESS = r"(?:\s(?:d'acc[èe]s|de\sacceso|d'accesso))?"
_IS = _either("ist lautet war är var er on oli est était es era è é jest to je este is 是 为 為")
_IS_BEFORE_QUOTES = _either("は 이 가 은 는")
# Beginnings of words that tell of a password's state; whole words where they are short.
_STATE = _either(
    "falsch fehlerhaft unrichtig ungültig abgelaufen gesperrt erforderlich pflicht vergessen veraltet "
    "onjuist mislukt ongeldig verlopen verplicht vereist verkeerd vergeten incorre inv[aá]lid err[aoô]n "
    "errad errat expir caduc vac[ií] requer obligator obrigat demasiad trop sbagliat scadut obbligator "
    "tropp oubli requis obligatoire veranderd gewijzigd inaktiv allere bruk pas bilo vypnut změněn "
    "geänder zmien ændre endre duplic primari for[aá]ne ogiltig felaktig utgång forkert ugyldig udløbet "
    "utløpt påkrev väär virheel vanhen nieprawid niepopraw błędn wygas wymagan neplatn chybn nespr "
    "špatn vypr příliš pogreš netačn neispr napač hibás érvény lejárt неверн неправ недейств ист[её]к "
    "слишком обязател невірн грешн yanlış hatal geçersiz gerek salah tidak không vale kehtet nepareiz "
    "neteising gre[șs]it 需要 错 錯 不 无 無 必 请 請 が を 입력 틀 올바 잘못 غير خطأ שגוי ผิด ไม่"
)
_STATE_ALONE = _either(
    "nicht zu leer niet te leeg fout no não non nu inte fel för tom tomt ikke feil for ei liian nie za "
    "не err vide"
)

_LETTERS = r"[^\W\d_]"
_NAMES = (
    rf"(?i)(?P<password>(?:{_PASSWORD}){_LETTERS}{{0,4}}(?!{_LETTERS})|(?<![^\W_])(?:{_PASSWORD_ALONE})(?![^\W_])){_ACCESS}"
    rf"|(?P<asian>{_PASSWORD_EAST_ASIAN})|(?P<asian_token>{_TOKEN_EAST_ASIAN})"
    rf"|(?P<token>(?:{_TOKEN}){_LETTERS}{{0,4}}(?!{_LETTERS})){_ACCESS}|(?:{_KEY})"
)
_STATES = (
    rf"(?i)(?P<name>\b(?:pwd|token|secret_key))(?P<is>[ ]?(?:(?:{_IS})(?=[ \"'`:])"
    rf"|(?:{_IS_BEFORE_QUOTES})(?=[ ]?[\"'`])))?"
    rf"(?:(?P<state>[ :]{{0,3}}(?:(?:{_STATE}){_LETTERS}{{0,30}}|(?:{_STATE_ALONE})(?!{_LETTERS})))"
    rf"(?P<more>(?=[ ]?[:=\"'`]))?)?(?P<whose>(?:[ ]{_LETTERS}{{2,20}}){{1,2}}(?=[ ]?:[ ]\S))?(?P<space>[ ]?)"
)


def in_english(text: str) -> str:
    """The text with such words in English, if it has any."""
    english = re.sub(_NAMES, _name, text)
    return text if english == text else re.sub(_STATES, _state, english)


def _name(match: "re.Match[str]") -> str:
    if match["password"]:
        return "pwd"
    if match["asian"] or match["asian_token"]:
        return "pwd " if match["asian"] else "token "  # there are no spaces between words
    return "token" if match["token"] else "secret_key"


def _state(match: "re.Match[str]") -> str:
    """The name; of its state only that it has one, and nothing where what follows may be the secret."""
    if match["state"] and match["more"] is None:
        return match["name"] + " is invalid" + match["space"]
    return match["name"] + (" is " if match["is"] else match["space"])
