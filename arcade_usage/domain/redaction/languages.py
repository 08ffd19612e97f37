"""Words for passwords, tokens and keys in other languages, and words about their state.

Invariant: the other rules need to know English only.
"""

import re


def _either(spaced: str) -> str:
    return "|".join(spaced.replace(r"\s", r"[\s_-]").split())


# These occur inside longer words too ("Datenbankpasswort"); most languages add an ending.
_PASSWORD = _either(
    r"passwort kennwort (?:geheim|pass|l(?:ö|oe?)sungs|schlüssel)(?:wort|zahl|nummer) wachtwoord "
    r"wagwoord l.senord adgangskode kodeord passord lykilor. (?:zugangs|anmelde)daten "
    r"(?:zugangs|sicherheits|freischalt|bestätigungs|verifi\w{2,8}|wiederherstellungs|aktivierungs|lizenz|toegangs"
    r"|bevestigings|engangs|sikkerheds|säkerhets|turva|vahvistus)(?:[ck]oo?d[ei]?|schlüssel) "
    r"salasan tunnuslu tunnussana salas.n parool jelsz.v? has[łl][aoeu] hesl[aouie] "
    r"lozink zapork slapta.od contrase.a contrasinal contrasenya pasahitz senha palavra\spasse "
    r"mot\sde\spasse parola\sd'ordine parola parolei fjal.kalim cyfrinair pasfhocal kata\ssandi kata\slaluan "
    r"nenosiri pasvort m.t\skh.u m[ãa]\s(?:xác\s(?:minh|nhận|thực)|pin|otp) [şs]ifr."
)
# Phrases for a code that is as secret as a password; a single word would match error codes too.
_CODE = (
    r"(?:doğrulama|onay|güvenlik|kurtarma|erişim)\skod\w{0,6}"
    r"|(?:c.d(?:igo|ice|i)|codi?|code|kod[ei]?)\s(?:de\s|di\s|d')?"
    r"(?:v.rifi|acc.s|acesso|segur|sicur|s.curit|recup|r.cup|secours|autentic|confirm|weryfik|dost.p"
    r"|verifikasi|keamanan)\w{0,8}"
    r"|(?:ověřovac|overovac|potvrzovac|bezpečnostn)\w{1,3}\sk.d\w{0,2}|(?:meger.s.t.|biztonsági)\skód\w{0,3}"
)
_PASSWORD_ALONE = _either(
    r"p[as]{1,3}(?<!pass)w[or]{0,2}d passw(?:r|rod|rd|od)d? passowrd mdp parol[aei] sandi(?:nya)? gesl[aou] "
    r"clave(?=\s?[:=]|\sde\sacceso)"
)  # whole words only, because they occur inside unrelated words
_PASSWORD_OTHER = _either(
    r"парол лозинк гасл код\w{0,2}\s(?:подтвержд|доступ|підтвердж|безопасн|безпек) құпиясөз "
    r"κωδικ(?!\w{0,3}\s(?:σφάλμ|εξόδ|κατάστ)) συνθηματικ գաղտնաբառ პაროლ पासवर्ड कूटशब्द পাসওয়ার্ড கடவுச்சொல் "
    r"رمز\s?(?:عبور|المرور|التحقق) گذرواژه پاس\s?ورڈ كلمة\s(?:ال)?(?:مرور|سر) סיסמ[האת] קוד\sאימות "
    r"รหัสผ่าน ລະຫັດຜ່ານ ពាក្យសម្ងាត់"
)
_PASSWORD_EAST_ASIAN = _either(
    r"비밀번호 암호(?!화) 패스워드 인증\s?(?:번호|코드) "
    r"密码 密碼 口令 通行码 验证码 驗證碼 パスワード 暗証番号 "
    r"合言葉 パスフレーズ (?:確認|認証)コード"
)
_TOKEN = _either("jeton geheimnis")
_TOKEN_EAST_ASIAN = _either("トークン 令牌 토큰")
_KEY = _either(
    r"(?:api|zugangs|zugriffs)\s?schlüssel schlüssel(?=:) "
    r"cl.\s(?:api|secr.te|d'acc.s|priv.e) clave\s(?:api|secreta|privada) "
    r"llave\s(?:api|secreta) chiave\s(?:api|segreta|privata)"
)
_KEY_OTHER = _either(r"(?:密钥|密鑰|金鑰|秘钥|秘密鍵|시크릿)(?=\s?:) секретн[а-я]+\sключ")
_ACCESS = r"(?:\s(?:d'acc.s|de\sacceso|d'accesso))?"
_IS = _either("ist lautet war är var er on oli est était es era è é jest to je este is 是 为 為")
_IS_BEFORE_QUOTES = _either("は 이 가 은 는")
# Beginnings of words that describe a password's state; short ones match as whole words only.
_STATE = _either(
    "falsch fehlerhaft unrichtig ungültig abgelaufen gesperrt erforderlich pflicht vergessen veraltet "
    "onjuist mislukt ongeldig verlopen verplicht vereist verkeerd vergeten incor{1,2}e inv.lid err[aoô]n "
    "errad errat expir caduc vac. requer obligator obrigat demasiad trop sbagliat scadut obbligator "
    "tropp oubli requis obligatoire veranderd gewijzigd inaktiv allere bruk pas bilo vypnut změněn "
    "geänder zmien ændre endre duplic primari for.ne ogiltig felaktig utgång forkert ugyldig udløbet "
    "utløpt påkrev väär virheel vanhen nieprawid niepopraw błędn wygas wymagan neplatn chybn nespr "
    "špatn vypr příliš pogreš netačn neispr napač hibás érvény lejárt неверн неправ недейств ист[её]к "
    "слишком обязател невірн грешн yanlış hatal geçersiz gerek salah tidak không vale kehtet nepareiz "
    "neteising gre.it 需要 错 錯 不 无 無 必 请 請 が を 입력 틀 올바 잘못 غير خطأ שגוי ผิด ไม่"
)
_STATE_ALONE = _either(
    "nicht zu leer niet te leeg fout no não non nu inte fel för tom tomt ikke feil for ei liian nie za "
    "не err vide"
)

_LETTERS = r"[^\W\d_]"
_NAMES = (
    rf"(?i)(?P<password>(?:{_PASSWORD}){_LETTERS}{{0,5}}(?!{_LETTERS})|\b(?:{_CODE})(?!{_LETTERS})"
    rf"|(?<![^\W_])(?:{_PASSWORD_ALONE})(?![^\W_])){_ACCESS}"
    rf"|(?P<token>(?:{_TOKEN}){_LETTERS}{{0,4}}(?!{_LETTERS})){_ACCESS}|(?P<key>{_KEY})"
)
_OTHER_NAMES = (
    rf"(?i)(?P<password>(?:{_PASSWORD_OTHER}){_LETTERS}{{0,8}}(?!{_LETTERS}))|(?P<asian>{_PASSWORD_EAST_ASIAN})"
    rf"|(?P<asian_token>{_TOKEN_EAST_ASIAN})|(?P<token>токен{_LETTERS}{{0,4}}(?!{_LETTERS}))|(?P<key>{_KEY_OTHER})"
)
_ENGLISH = {
    "password": "pwd",
    "token": "token",
    "key": "secret_key",
    "asian": "pwd ",
    "asian_token": "token ",
}
_STATES = (
    rf"(?i)(?P<name>\b(?:pwd|token|secret_key))(?P<is>[ ]?(?:(?:{_IS})(?=[ \"'`:])"
    rf"|(?:{_IS_BEFORE_QUOTES})(?=[ ]?[\"'`])))?"
    rf"(?:(?P<state>[ :]{{0,3}}(?:(?:{_STATE}){_LETTERS}{{0,30}}|(?:{_STATE_ALONE})(?!{_LETTERS})))"
    rf"(?P<more>(?=[ ]?[:=\"'`]))?)?(?P<whose>(?:[ ]{_LETTERS}{{2,20}}){{1,2}}(?=[ ]?:[ ]\S))?(?P<space>[ ]?)"
)


def in_english(text: str) -> str:
    """The text with these words in English; unchanged if it has none."""
    english = re.sub(_NAMES, _name, text)
    if any("\u0370" <= letter < "\u2000" or "\u3040" <= letter < "\ud7a4" for letter in english):
        english = re.sub(_OTHER_NAMES, _name, english)
    return text if english == text else re.sub(_STATES, _state, english)


def _name(match: "re.Match[str]") -> str:
    """The English word, with a space after it in languages that don't separate words."""
    return _ENGLISH[match.lastgroup or ""]


def _state(match: "re.Match[str]") -> str:
    """The name and "is invalid" for its state; only the name if the text after it may be the secret."""
    if match["state"] and match["more"] is None:
        return match["name"] + " is invalid" + match["space"]
    return match["name"] + (" is " if match["is"] else match["space"])
