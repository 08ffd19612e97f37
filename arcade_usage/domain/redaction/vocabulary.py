"""Words that ordinary messages are made of: in a line that names a secret, any other word may be it.

Counted in the messages of Python packages and command-line tools, with names of tools and words that other
languages say of passwords. Words of three letters and fewer are left out, and so is what an ending adds.
"""

import re

_ENDING = re.compile(r"(?:ations?|ions?|ings?|ly|e?s|e?d|able|ible|ment|ness)\Z")
_WORDS = """
aanmelden abgelaufen abgelehnt abgelehnte able abort about above absolute abstract accept acceso access
accesso accessor according account accuracy accurate acesso acquire across action actions activated
active activerecord activity actual actuel adapter added adding addition additional addr address adjacent
admin administrator advanced advice aes128 aes256 affect after again against agent agree aiohttp
aktuelles akun alembic algo algorithm alias align alive allocate allow almeno alone along alpha alphabet
alphanumeric alpn already also alternate alternative altes although always amazon ambiguity ambiguous
among amount amqp analysis analyze ancestor ancien anda angegeben angett angivet angle angular anmelden
anmeldung annotate annotation annotations anonymous another ansi ansible anslutning anthropic antigua
anymore anything anyway anywhere apache appear append applicable application applied applies apply
appropriate april arbitrary arcade arch archive archivo argon2 args argument argv around arquivo array
ascii asked askpass assert assign associated association associativity assume async asynchronous asyncio
asyncpg atexit atom atomic attach attempt attr attribute attuale atual aucun aucune audience audit august
autenticacao autenticacion autenticar autenticazione autentificare autentisering auth authenticate
authenticatie authentication authenticator authentification authn author authorise authority authorize
authz auto automatic automatically auxiliary availability available avait avec average avoid await aware
axios azure azurerm back backend background backslash backward badly banned banner bare basarisiz base
base64 based bases bash basic basis batch bcrypt bean bearer because become been before begin beginning
behavior behaviour behind beim being bejelentkezes belong below benutzer benutzername berkas best bestaat
bestand bestehen beta better between beyond bigger billing binaries binary bind biometric bitbucket bits
bitte black blank blev blob block blue bluetooth bodies body bold bool boolean boot bootstrap border
borrow both boto3 botocore bottom bound boundaries boundary bracket branch brand break breakpoint bright
broadcast broken brotli browser bruger bruker bucket buffer build built builtin bundle bundler bylo
bypass byte bytearray bytes cacert cache cacheprovider caducada caducado calculate calculation call
callback caller cambiada campo cancel cancellation cancelled cannot canonical capabilities capability
capacity captcha capture caracteres caratteri card care careful cargo carriage carries case cases cast
catalog catch category caught cause ceil celery cell center central cert certain certfile certificate
cette chain champ change channel char character charset check checksum child children chmod choice choose
chosen chown chunk cipher ciphertext circular claim clash class claude clean cleanup clear client clock
clone close closure cluster cmdlet code codes coefficient coerce coincide coinciden cold collect collides
collision colon color cols column combine come coming comma command comment common communication como
compact compare comparison compass compat compatibility compile compiler complete complex complexity
compliant component composed composer composite compound compress compromised compte compute concatenate
concurrency concurrent condition conditional conditions conectar config configmap configure confirm
conflict confusion conjunction conn connect connecter connessione connexion consecutive consider
consistency consistent console const constant constraint construct constructor consul consult consumed
conta contact contain container contenir content conter context contiguous continue continuous contract
control converge conversion conversions convert converter cookie cookiecutter coordinates copies copy
core coroutine correct corresponding corretta corretto corrupt cors corta corto cost could count counter
court courte cover coverage cpuinfo cpus cracked crash crate create creation credential criteria critical
crlf cron crontab cross cryptography cryptsetup csrf ctrl ctype cuda cuenta cumulative curl current
cursor curta curve custom customer cutoff cyan cycle cygwin daemon dangerous dans dari dash dashboard
data database dataclass datatype date datei datetime days dead deadline debe debug debugging december
decimal decision decl declare declined decode decoder decompress decorate decorator decrease decrypt deep
default deferred define definite degree dein deine deinem delay delegated delete delimited delimiter
della dello delta demasiado denegado dengan denied denna denne deno denominator depend dependencies
dependency dependent deploy deprecated deprecation depth derive describe description descriptions
descriptor deserialize designated desired despite dest destination detach detailed details detect
determine detta dette deve develop developers device deze dict dictionaries dictionary died diese dieser
diff differ difference different digest digit dimension dimensional dimensions dimenticata diperlukan
direct directive directories directory dirs disable disallowed disambiguate discarded discarding
disconnect discovery disk dispatch dispatcher display dist distance distinct distribute distutils ditt
divide division divisor django docker docs docstring doctrine document does dogrulama doing doit doivent
domain done dosya dotnet dots dotted double dovecot down download downstream driver drop dropped dropping
dummy dump duplicate duration durch during dynamic dynamically each earlier early easy ecdsa ed25519 edge
editing editor effect efficient eine einen eingeben either eivat elapsed elem element eller ellipsis
elliptic else email embed embedded embedding emit emitted employee empty enable enclosed enclosing encode
encoder encountered encrypted encrypting encryption ended ending endpoint ends enforce engine enough
enrolled ensure enter enthalten entire entities entity entrar entries entropy entry enum environment
envoy epaonnistui equal equality equation equivalent erforderlich erneut erreur errno error errore es256
escape esiste eslint esqueceu esqueci essere esta establish este estimated eval evaluate evaluation even
event every everything evicted exact example exceed except excessive exclude exclusion exclusive exec
execute exhausted exist existe existent existiert exit expand expansion expect expensive experimental
expirada expire expirer expirou expiry explicit exponent export exporter exposed expr express extend
extension extensions external extra extract fabric face factor factory fail failure falha falhou fall
fallback fallido fallita fallo falsch falschen false falta families family fancy fast fastapi faster
fatal favor feature february feed feedback fehler fehlerhaft fehlgeschlagen fehlt felaktigt feld
felhasznalo fetch fewer ficheiro fichier fido field figure file filename fileno files filesystem fill
filter final find fingerprint finish finite finns fiok firewall first five fixed fixture flag flask float
floor flow flush fold folder follow font footer forbidden forbindelse force foreign forget fork forkert
form format formatted formatter formatting formula forward found four fourni fournie fraction fractional
fragment frame framework free frequency fresh friday from frontend frozen full fully func function
functionality functions fungerar further future gagal gammalt gammelt garbage gateway gave gcloud geben
gebruiker gebruikersnaam gecersiz geen gefunden gemini general generate generation generator generic
geometric gerekli gesetzt gesperrt getaddrinfo getitem getnameinfo gets getting geweigerd giris github
gitlab give given gives giving glibc glob global gnome gnupg going golang good google gopls gradle grant
grantee graph greater green grep group guarantee guess guest guide gunicorn gzip haben hace half hand
handle handler handshake happen haproxy hard hardware harus hash hasla hasle hatte have having head
header headless health heap height held helm help helpdesk here heroku hesap heslem hexadecimal hibernate
hidden hierarchy high higher highlight hint histogram history hold holder home hook host hostapd hostname
hotp hour however hs256 html http http2 httpx huidige hundreds hyper hyphen icin identical identifiant
identified identifier identify identities identity idle idna igen ignore ihre ihren ikke illegal image
imaginary imap immediate immutable implement implicit implies import importlib impossible improper
improve inbox include inclusive incoming incompatible incomplete inconsistency inconsistent incorect
incorrect incorrecta incorrecto incorreta increase increment incremental indefinite indent independent
index indicate indicator indices indirect individual inet inexact infer inferred infinite infinity info
information informational ingevoerd ingrese inherit inheritance inicio init initial initialize
initializer initiated inline inloggen inloggning inner inplace input insensitive inserire insert inside
inspect install installer instance instantiate instantiation instead instruction instructions
insufficient inte integer integral integration intended intentarlo interactive interface intermediate
internal interpolation interpret interpreter interrupt interval into intrinsic introduzca introspect
invalid invalida invalide invariant inverse invert invocation invoice invoke ipv4 ipv6 isinstance
isolation issubclass issue issuer istnieje italic item iter iterate iterator itself january jarsigner
java javac javascript jdbc jenkins jest jinja2 jobs join journalctl json jsonschema july jump june just
jwks kafka kann karakter kayttaja kedaluwarsa keep kept kerberos kernel keyboard keychain keyfile keynote
keyring keys keystore keytool keyword kill kimlik kind kinit kirjautuminen klopt know known konnte konto
kort kosong kotlin kravs kube kubeconfig kubectl kubelet kubernetes kurz kwarg label lack lambda lang
langchain language laravel larga large larger largest last later latest latin launch layer layout lazy
ldap ldapsearch lead leak least leave ledger leeg leer left legacy legal length less lett letter level
lexer lexing libraries library lifecycle lifetime like limit limiter line linear lineno lines link
linkage linker linux list listener listening literal little live load loader local locale localhost
locate location locations locator lock lockout logged loggedin logger logging logic logical login
login-attempts logon logout logowania logowanie logs long longer look lookup loop loopback lost lower
lowercase luks machine macro made magnitude mail mailbox mailer main maintenance mais major make makes
making malformed managed manager manca mandatory mangler manifest manquant manual many mapped mapping
mappings maps march mariadb markdown marked marker marks marshmallow mask master masuk match matcher math
matrices maven maximum maxsize maybe md5sum mean meaningless meant measure mechanism meer mehr member
membership memcached memo memory menos menu merge message meta metadata method metric microsoft middle
middleware might migrate migration migrations mime mindestens minimal minimum minor minus minutes mislukt
mislyktes mismatch missed missing misslyckades mixed mkdir mmap mock mode model modes modified modifier
modify module modulus moet moins monday mongo mongodb mongoose mongosh monitor monkey-patch month more
mosquitto most mount move moved mqtt msbuild much muito multi multipart multiple multiplexed multiply
musi muss must musza mutable mutate mutually mysql nach name named names namespace nargs native near nebo
necessary need negado negative negato negotiate neither neni nest netlify netscape network networkmanager
neues never newer newest newline next nginx nicht niepoprawne niet nieuw nieuwe nieznany nincs nmcli
noauth noch node nodejs nodes nomad nombre nome non-interactive none nonempty noninteractive nonnegative
nonzero norm normal normalize normalizer notation note nothing notice notify notre nouveau nova novamente
nove november nowe npmrc nsec ntlm nueva nuget null number numeric numerical numpy nuova nytt oauth
oauth2 obbligatorio object obligatoire obrigatoria obsahovat obsolete obtain occur occurred ocket octal
octet october oder odrzucone offset ogiltigt ohne oidc okant olan older oldest ollama olvidado olvido
omit omitted onbekend once ones onjuist only ontext onto oops opcode open openai openid openssl openvpn
operand operating operation operations operator opgegeven opnieuw optimize optimizer option optional
options opts oraz order ordinal organisation organization organizations origin original orphan other
otherwise oublie oude outage outcome outdated outer output outside over overflow overlap overlapping
overload overridden override oversized overwrite overwritten owned owner pack package padding page pages
pair pandas panic panicked para parallel param parameter parameterized paramiko parent parentheses
parenthesis parenthesized parse parser part partial particular partition party pass passcode passkey
passphrase passport passt passwd password password-less passwordless patch path pattern pause payload
pbkdf2 peer pelo pending pengguna percent percentage perform performance perhaps period permission
permissions permitted permutation phase phone phrase pickle pieces pincode pinpad pipe pipeline pipenv
pipes pkcs pkcs11 pkcs12 pkcs8 place placeholder plain plan platform please plik plugin plus pnpm podane
podano podman pods poetry point pointer policies policy poll pool pop3 populating population port
position positional positions positive possible possibly post postfix postgres postgresql potentially
pour power powershell pragma prazdne precedence precedes precisa precision predicate prefer preference
preferred prefix prematurely prepare prepend present preserve preset press pretty prevent previous
prihlaseni primary prime primitive principal print printer prior priority prisma private privilege
privkey probably probeer problem proc procedure proceed process processor produce product profile prog
program progress prohibited project prompt proper properties property proposed protect proto protocol
provide provider proxies proxy przez pseudo psql psycopg psycopg2 pubkey public public-key publickey
publish puede pull punc punctuator pure purpose push puste pydantic pygments pyjwt pymysql pypi pyproject
pytest python python3 qualified qualifier qualifying quality queries query question queue quick quiet
quit quota quote rabbitmq rabbitmqctl rails raise random range rank rate rather ratio rdesktop reach
react read reader readline readonly readthedocs ready real realm reason reauthenticate rebuild receive
receiver recent rechazada recipient reciprocal recognised recognize recommended record recoverable
recovery recursion recursive recv redact redefine redefinition redirect redis redis-py reduce reduction
redundant reenter refer reference reflect refresh refs refused refuser refusing regardless regex region
regional regions register registration registry regular reject related relation relative relay release
relevant reload remain remember remote removal remove rename render renew repeat repetition replace
replay report repositories repository repr represent requerida requerido request require requis requise
rerun reserved reset resetting resolution resolve resolver resource respect respectively response rest
restart restore restrict result retention retries retrieval retrieve retry return retype reuse reverse
reverting revision revocation revoke rewind richiesta rifiutata right riprova role rollback root rotate
rotation round route routine rowid rows rror rs256 rsync ruby rubygems rule rules runner running runs
runtime rustc safe saisir saisissez saknas salah salt samba same saml sample sandbox sandi satisfied
satisfy saturday save saved saves saving sbagliata scaduta scaduto scala scalar scale scanning schedule
schema scheme schon scipy scope score screen script scrypt sdist search second secondary secret
secretariat secretary section sections secure security seed seeing seek seem seen segment sein select
selector self self-signed selhalo semantic semaphore send sendall sendauth sender sendto senha sense sent
sentinel separate separator september sequelize sequence serde serial serialize serializer series serve
server serveur service service-account serviceaccount servidor serwer session sessions sets setting
settings setup setuptools several sha1 sha256 sha384 sha512 shallow shape share shell shift shim short
shortcut shorter shortest shorthand should show shown shut shutdown shutting side sido sign signal
signature signin signon signup sikertelen silence silently similar simple simply simultaneously since
sind single singleton singular sink sinun site size sized sizes skal skip skipped skipping skrivit slash
slated slice slots slow small smaller smallest smbclient smtp snapshot sock sockaddr socket soft software
solution solve some something sono sont soon sorry sort soubor source space span spanning sparse spawn
spec special specific specified specifier specifies specify speed split splitting spread spring
springboot springframework spurious sqlalchemy sqlite square sshd sshpass sslc stable stack stage stale
standalone standard stare starred start startup stat stata state static statistics stato status stderr
stdin stdout step still stimmen stimmt stmt stolen stop stopped stopping storage store strategy stray
stream strict string strings strip strong struct structure stub stuff style subclass subcommand subdir
subdirectories subdirectory subject submit submodule subnet subpath subprocess subscript subsequent
subset substitution subtraction subtype succeed success successful such sudo sufficient suffix suite
summary sunday sunucu super superset superuser supplied supply support supposed suppress sure surface
surrounding suspended swap switch symbol symbolic symfony symlink symmetric sync synchronization
synchronous syntax system systemctl table tags tail take taken takes taking target task team tecken
tekens telah tell temp template temporary tenant tener tensorflow tente term terminal terminate
termination terminator ternary terraform test text than thanks that their them then there therefore these
they thing things third this those though thread threadsafe three threshold throttle through throw
thursday thus tidak tiene time timed timeout timer times timestamp timezone title todo toegang together
toggle token tokenize tokenizer tokio tomcat toml took tool toolkit topic torch total totp trace
traceback track traefik trailer trailing trait transaction transfer transform transition translation
transport traverse treat trebuie tree trees tried tries triggered trim trimming trip triple trivial trop
troppo true truncate trust truststore truth trying tuesday tunnel tuple turn tweak twice twine type typed
types typescript typing tzinfo ucet udlobet ugyldig uint ulovlig umount unable unacceptable uname unary
unauthenticated unauthorised unauthorized unavailable unbalanced unbound unbuffered unchanged unclosed
uncompressed undefined under underline underlying underscore undersized understand understood unencrypted
unequal unescaped unexpected unhandled unicode unified uniform unimplemented unindent uninstall union
unions unique unit universal unix unknown unless unlikely unlink unlock unmarshal unmatched unordered
unpack unparsable unparsed unquoted unreachable unreadable unrecognised unrecognized unregistered
unresolved unsafe unset unsigned unspecified unstable unsupported unterminated until untrusted untuk
untyped unusable unused unverified unwrapped update upgrade upload upon upper uppercase upsert upstream
ures urllib urllib3 urls usable usage used useful user userid userinfo username uses using usted usually
usuario utente utf8 utgatt util utilisateur utility utilizador utilizator uuid uvicorn uzytkownika
vaaditaan vacia vagy valid valida validate validator valide valido valkey value vanhentunut vara variable
variadic variance variant vars vault vecchia vector veld vencida vendor verbatim verbinding verbindung
verbose verbosity vercel vereist vergessen vergeten verification verified verifies verify verkeerd
verplicht version versions vertical verweigert verwendet very veuillez view violated violates violation
virtual visible visit visitor visual vite void volume voor votre vous vuelva vuota wait waiter waitpid
wall wallet want warn weak weakref webauthn webhook webpack websocket wednesday week weekday weight weird
well werd werden were wget what whatever wheel when whence where whether which while white whitespace
whole whose width wifi wiki wildcard will window winrm wird wire wireguard wish with within without wlan
word wordt work worker workflow workspace world would wrap wrapped wrapper wrapping write writer written
wrong wrote wsgi wurde wurden wymagana wymagane x509 xsrf yaml yarn year yield your yourself yubikey yyyy
zadane zeichen zero zijn zlib zmienione zone zostalo zstandard zugriff zwischen
"""
_ORDINARY = frozenset(_WORDS.split())


def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is an ordinary one, with or without an ending."""
    if len(word) < 4 or word in _ORDINARY:
        return True
    stem = _ENDING.sub("", word)
    return len(stem) > 3 and (stem in _ORDINARY or stem + "e" in _ORDINARY)
