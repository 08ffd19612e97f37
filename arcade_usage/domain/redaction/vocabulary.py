"""Words that ordinary messages are made of: in a line that names a secret, any other word may be it.

Counted in the messages of Python packages and command-line tools, with names of tools and words that other
languages say of passwords. Words of three letters and fewer are left out, and so is what an ending adds.
"""

import re

_ENDING = re.compile(r"(?:ations?|ions?|ings?|ly|e?s|e?d|able|ible|ment|ness)\Z")
_WORDS = """
aanmelden abgelaufen abgelehnt abgelehnte able abnormally abort about above absent absolute abstract
accept acceso access accesso accessor according account accuracy accurate acesso acquire across action
actions activated active activerecord activity actual actuel adapter added adding addition additional
addr address adjacent adjust admin administrator admission advanced advertised advice aes128 aes256
affect after again against agent agree aiohttp aktuelles akun alarm alembic alert algo algorithm alias
align alive alloc allocate allow almeno almost alone along alpha alphabet alphanumeric alpn already also
alternate alternative altes although always amazon ambiguity ambiguous among amount amqp analysis analyze
ancestor anchor ancien anda android angegeben angett angivet angle angular anmelden anmeldung annotate
annotation annotations anonymous another ansi ansible anslutning answer antigua anymore
anything anyway anywhere apache appear append applicable application applications applied applies apply
appropriate approximate april arbitrary arcade arch architecture archive archivo arena argon2 args
argument argv around arquivo array ascii asked asking askpass assert assign associate association
associativity assume async asynchronous asyncio asyncpg atexit atom atomic attach attempt attr attribute
attuale atual aucun aucune audience audit august autenticacao autenticacion autenticar autenticazione
autentificare autentisering auth authenticate authenticatie authentication authenticator authentification
authn author authorise authority authorize authz auto autodetected automatic automatically auxiliary
availability available avait avec average avoid await aware away axios azure azurerm back backend
background backslash backtrack backup backward badly banned banner bare basarisiz base base64 based
basename bases bash basic basis batch bcrypt bean bearer because become been before begin beginning
behavior behaviour behind beim being bejelentkezes belong below benchmark benutzer benutzername berkas
best bestaat bestand bestehen beta better between beyond bigger billing binaries binary bind biometric
bitbucket bitmap bits bitte bitwise bject black blank blev blob block blocksize blue bluetooth bodies
body bold bool boolean boot bootstrap border borrow both boto3 botocore bottom bound boundaries boundary
brace bracket branch brand break breakpoint bright broadcast broken brotli browser bruger bruker bucket
buffer bugs build builder built builtin bundle bundler busy bylo bypass byte bytearray bytes cacert cache
cacheprovider caducada caducado calculate calculation call callback caller cambiada campo cancel
cancellation cancelled candidate cannot canonical capabilities capability capacity captcha capture
caracteres caratteri card care careful cargo carriage carries carry case cases cast catalog catch
categories category caught cause ceil celery cell center central cert certain certfile certificate cette
chain champ change channel char character charset chdir check checkout checksum child children chmod
choice choose chosen chown chunk cipher ciphertext circular claim clang clash class clause clean
cleanup clear cleartext client clobber clock clone close closure cluster cmdlet code codes coefficient
coerce coincide coinciden cold collect collides collision colon color cols column combine come comes
coming comma command comment commit common communication como compact compare comparison compass compat
compatibility compile compiler complete complex complexity compliant component composed composer
composite compound compress compromised compte compute concatenate concurrency concurrent condition
conditional conditions conectar config configmap configure confirm conflict conform confusion congruent
conjunction conn connect connecter connessione connexion consecutive consider consistency consistent
console const constant constraint construct constructor consul consult consume conta contact contain
container contenir content conter context contiguous continue continuous contract control controller
controlling converge conversion conversions convert converter cookie cookiecutter coordinates copied
copies copy copyright core coroutine correct correspond corretta corretto corrupt cors corta corto cost
could count counter court courte cover coverage cpuinfo cpus cracked crash crate create creation
credential criteria critical crlf cron crontab cross crypto cryptography cryptsetup csrf ctrl ctype cuda
cuenta cumulative curl current cursor curta curve custom customer cutoff cyan cycle cygwin daemon
dangerous dans dari dash dashboard data database dataclass datatype date datei datetime days dead
deadline deadlock debe debug debugging december decide decimal decipher decision decl declare declined
decode decoder decompress decorate decorator decrease decrypt deep default deferred define definite
deflate degree dein deine deinem delay delegated delete delimited delimiter della dello delta demand
demasiado denegado dengan denied denna denne deno denominator depend dependencies dependency dependent
deploy deprecated deprecation depth dereference derive desc descending describe description descriptions
descriptor deserialize designated desired despite dest destination destructor detach detail detect
determine detta dette deve develop developer device deze dict dictionaries dictionary died diese dieser
diff differ difference different digest digit digital dimension dimensional dimensions dimenticata
diperlukan direct directive directories directory dirs dirty disable disallow disambiguate discard
disconnect discovery discriminant disk dispatch dispatcher display disposition dist distance distinct
distinguished distribute distutils ditt divide division divisor django docker docs docstring doctrine
document does dogrulama doing doit doivent domain done dosya dotnet dots dotted double dovecot down
downgrade download downstream draft driver drop dropped dropping dtls dummy dump duplicate duplication
duration durch during dynamic dynamically each earlier early easy ecdsa echo ed25519 edge edit editor
effect efficient eine einen eingeben either eivat elapsed elem element eller ellipsis elliptic else
elsewhere email embed embedded embedding emit emitted employee empty enable encipher enclosed enclosing
encode encoder encountered encrypt ended endian ending endpoint ends eneedauth enforce engine enough
enrolled enrollment ensure enter enthalten entire entities entity entrar entries entropy entry enum
enumeration enveloped environment envoy epaonnistui epoch equal equality equation equivalence equivalent
erforderlich erneut errate errati erreur errno error errore es256 escape esiste eslint esqueceu esqueci
essere esta establish este estimated eval evaluate evaluation even event every everything evicted exact
example exceed except excessive exclude exclusion exclusive exec execute exhausted exist existe existence
existent existiert exit expand expansion expect expensive experimental expirada expire expirer expirou
expiry explicit exponent export exporter expose expr express extend extension extensions extent external
extra extract fabric face factor factory fail failure fake falha falhou fall fallback fallido fallita
fallo falsch falschen false falta families family fancy fast fastapi faster fatal favor feature february
feed feedback fehler fehlerhaft fehlgeschlagen fehlt felaktigt feld felhasznalo fetch fewer ficheiro
fichier fido field figure file filename fileno files filesystem fill filter final finalized find fine
fingerprint finish finite finns fiok fips firewall first five fixed fixture flag flask float floor flow
flush fold folder follow font footer forbidden forbindelse force foreign forget fork forkert form format
formatted formatter formatting formula forward found four fourni fournie fraction fractional fragment
frame framework free frequency fresh friday from front frontend frozen full fully func function
functionality functions fungerar funny further future gagal gammalt gammelt garbage gateway gave gcloud
geben gebruiker gebruikersnaam gecersiz geen gefunden gemini general generate generation generator
generic geometric gerekli gesetzt gesperrt getaddrinfo getitem getnameinfo gets getsockname getting
geweigerd giris github gitlab give given gives giving glibc glob global gnome gnupg going golang gone
good google gopls gradle grant grantee graph greater green grep group grow guarantee guard guess guest
guide gunicorn gzip haben hace half hand handle handler handshake happen haproxy hard hardware harus hash
hasla hasle hatte have having head header headless health heap height held helm help helpdesk helper here
heroku hesap heslem hexadecimal hibernate hidden hide hierarchy high higher highlight hint histogram
history hmac hold holder home hook host hostapd hostname hotp hour however hs256 html http http2 httpx
huidige hundreds hybrid hyper hyphen icin identical identifiant identification identified identifier
identify identities identity idle idna ieee igen ignore ihre ihren ikke illegal image imaginary imap
immediate immutable implement implicit implies import importlib impossible improper improve inaccessible
inactive inappropriate inbox include inclusive incoming incompatible incomplete inconsistency
inconsistent incorect incorrect incorrecta incorrecto incorreta increase increment incremental indefinite
indent independent index indicate indication indicator indices indirect individual inet inexact infer
inferred infinite infinity info information informational ingevoerd ingrese inherit inheritance inhibit
inicio init initial initialise initialize initializer initiate inline inloggen inloggning inner inplace
input insecure insensitive inserire insert inside inspect install installer instance instantiate
instantiation instead instruction instructions insufficient inte integer integral integration integrity
intended intentarlo interactive interface interior intermediate internal internet interpolation interpret
interpreter interrupt interval into intrinsic introduced introduzca introspect invalid invalida invalide
invalidity invariant inverse invert invocation invoice invoke ioctl ipaddress ipv4 ipv6 isinstance
isolation issubclass issue issuer istnieje italic item iter iterate iterator itself january jarsigner
java javac javascript jdbc jenkins jest jinja2 jobs join journalctl json jsonschema july jump june just
jwks kafka kann karakter kayttaja kedaluwarsa keep keepalive kept kerberos kernel keyboard keychain
keyfile keynote keyring keys keystore keytool keyword kill kimlik kind kinit kirjautuminen klopt know
knowledge known konnte konto kort kosong kotlin kravs kube kubeconfig kubectl kubelet kubernetes kurz
kwarg label lack lambda lang langchain language laravel larga large larger largest last late later latest
latin launch layer layout lazy ldap ldapsearch lead leaf leak learn least leave ledger leeg leer left
legacy legal length less lett letter level lexer lexing libc libraries library lifecycle lifetime like
limit limiter line linear lineno lines link linkage linker linux list listen listener literal little live
load loader local locale localhost locate location locations locator lock lockout logfile logged loggedin
logger logging logic logical login login-attempts logon logout logowania logowanie logs long longer look
lookup loop loopback loss lost lower lowercase luks machine macro made magnitude mail mailbox mailer main
maintenance mais major make makes making malformed manage manager manca mandatory mangler manifest
manquant manual many mapped mapping mappings maps march margin mariadb markdown marked marker marking
marks marshmallow mask master masuk match matcher material math matrices maven maximum maxsize maybe
md5sum mean meaningless meant measure mechanism meer mehr member membership memcached memo memory menos
menu merge message meta metadata method metric microsoft middle middleware might migrate migration
migrations milliseconds mime mindestens minimal minimize minimum minor minus minutes mips mirror mislukt
mislyktes mismatch missed missing misslyckades mixed mkdir mmap mock mode model modern modes modification
modified modifier modify module modulus moet moins monday mongo mongodb mongoose mongosh monitor
monkey-patch month more mosquitto most mount move moved mqtt msbuild mtime much muito multi multipart
multiple multiplexed multiply musi muss must musza mutable mutate mutually mysql nach name named names
namespace naming nanoseconds nargs native natural near nebo necessarily necessary need negado negated
negation negative negato negotiate neither neni nest netlify netrc netscape network networkmanager neues
never newer newest newline next nfkc nginx nicht niepoprawne niet nieuw nieuwe nieznany nincs nmcli
noauth noch node nodejs nodes nomad nombre nome non-interactive nonce none nonempty nonexistent
noninteractive nonnegative nonzero norm normal normalize normalizer notation note nothing notice
notification notify notre nouveau nova novamente nove november nowe npmrc nsec ntlm nueva nuget null
number numeric numerical numpy nuova nytt oauth oauth2 obbligatorio object obligatoire obrigatoria
obsahovat obsolete obtain occur occurred octal octet october oder odrzucone offset ogiltigt ohne oidc
okant olan older oldest ollama olvidado olvido omit omitted onbekend once ones ongoing onjuist only onto
oops opaque opcode open openai openid openssl openvpn operand operating operation operations operator
opgegeven opnieuw optimal optimize optimizer option optional options opts oraz order ordinal organisation
organization organizations orig origin original orphan other otherwise oublie oude outage outcome
outdated outer output outside over overflow overhead overlap overlapping overload overridden override
oversized overwrite overwritten owned owner pack package packet padding page pages pair pandas panic
panicked para parallel param parameter parameterized paramiko parent parentheses parenthesis
parenthesized parse parser part partial particular partition party pass passcode passkey passphrase
passport passt passwd password password-less passwordless past patch path pathname pattern pause payload
pbkdf pbkdf2 peak peer pelo pending pengguna percent percentage perform performance perhaps period
permanent permission permissions permit permitted permutation persistent phase phone phrase pick pickle
pieces pincode ping pinned pinpad pipe pipeline pipenv pipes pkcs pkcs11 pkcs12 pkcs8 place placeholder
plain plaintext plan platform please plik plugin plus pnpm podane podano podman pods poetry point pointer
policies policy poll poly pool pop3 populating population port position positional positions positive
possible possibly post postfix postgres postgresql potentially pour power powershell pragma prazdne
precedence precedes preceding precisa precision precondition predicate prefer preference preferred prefix
premature prepare prepend presence present preserve preset press pretty prev prevent previous prihlaseni
primary prime primitive principal print printer prior priority prisma private privilege privkey prng
probably probeer problem proc procedure proceed process processor produce product profile prog program
progress prohibited project prompt proper properties property proposed protect proto protocol prototype
provide provider proxies proxy przez pseudo psql psycopg psycopg2 pubkey public public-key publickey
publish puede pull punc punctuator pure purpose push puste pydantic pygments pyjwt pymysql pypi pyproject
pytest python python3 qualified qualifier qualifying quality quantifier queries query question queue quic
quick quiet quit quota quote rabbitmq rabbitmqctl rails raise random range rank rate rather ratio rcpt
rdata rdesktop reach react read reader readline readonly readthedocs ready real realm reason
reauthenticate rebuild receipt receive receiver recent rechazada recipient reciprocal recognised
recognize recommended record recoverable recovery recurse recursive recv redact redefine redefinition
redirect redis redis-py reduce reduction redundant reenter refcount refer reference referer referred
reflect refresh refs refuse refuser regardless regex regexp region regional regions register registration
registry regular reject related relation relative relay release relevant reload remain remember remote
removal remove rename render renew repeat repetition repl replace replay report repositories repository
repr represent requerida requerido request require requis requise rerun reserve reset resetting resize
resolution resolve resolver resource respect respectively respond responder response rest restart restore
restrict result retained retention retries retrieval retrieve retry return retype reuse reverse reverting
revision revocation revoke rewind richiesta rifiutata right riprova role roll rollback root rotate
rotation round route router routine rowid rows rs256 rsync ruby rubygems rule rules runner running runs
runtime rustc safe safety saisir saisissez saknas salah salt samba same saml sample sandbox sandi
satisfied satisfy saturday save saved saves saving sbagliata scaduta scaduto scala scalar scale scan
scanning schedule schema scheme schon scipy scope score scratch screen script scrypt sdist search second
secondary secret secretariat secretary section sections secure security seed seeing seek seem seen
segment sein select selector self self-signed selhalo semantic semaphore semicolon send sendall sendauth
sender sendto senha sense sensitive sent sentinel separate separator september sequelize sequence serde
serial serialize serializer series serve server serveur service service-account serviceaccount servidor
serwer session sessions sets setter setting settings setup setuptools several sha1 sha256 sha384 sha512
shadow shallow shape share shell shift shim short shortcut shorter shortest shorthand should show shown
shut shutdown shutting side sides sido sigint sign signal signature signer signin signon signup
sikertelen silence silent similar simple simply simultaneously since sind single singleton singular sink
sinun site size sized sizeof sizes skal skip skipped skipping skrivit slash slated slice slot slow small
smaller smallest smart smbclient smime smtp snapshot sock sockaddr socket socktype soft software solution
solve some something sono sont soon sorry sort soubor source space span spanning sparse spawn spec
special specific specified specifier specifies specify speed split splitting spread spring springboot
springframework spurious sqlalchemy sqlite sqrt square sshd sshpass sslc stable stack stage stale stamp
standalone standard stare starred start starttls startup stat stata state stateless static statistics
stato status stderr stdin stdout step still stimmen stimmt stmt stolen stop stopped stopping storage
store strategy stray stream strict string strings strip stripping strong struct structure stub stuff
style subclass subcommand subdir subdirectories subdirectory subgroup subject submit submodule subnet
subpath subprocess subscript subsequent subset substitution substring subtraction subtype succeed success
successful such sudo sufficient suffix suite summary sunday sunucu super superset superuser supplied
supply support supposed suppress sure surface surrounding suspended swap switch symbol symbolic symfony
symlink symmetric sync synchronization synchronous synopsis syntax syscall syslog system systemctl table
tagged tags tail take taken takes taking target task team tecken tekens telah tell telnet temp tempfile
template temporarily temporary tenant tener tensorflow tente term terminal terminate termination
terminator ternary terraform test text than thanks that their them then there therefore these they thing
things third this those though thread threadsafe three threshold throttle through throw thursday thus
tidak tiene tier time timed timeout timer times timestamp timezone timing title todo toegang together
toggle token tokenize tokenizer tokio tomcat toml took tool toolkit topic torch total totp touch trace
traceback track traditional traefik trailer trailing trait transaction transfer transform transition
translate translation transport traverse treat trebuie tree trees tried tries trigger trim trimming trip
triple trivial trop troppo true truncate trust truststore truth trying tuesday tunnel tuple turn tweak
twice twine type typed types typescript typing tzinfo ucet udlobet ugyldig uint ulovlig umount unable
unacceptable uname unary unauthenticated unauthorised unauthorized unavailable unbalanced unbound
unbuffered unchanged unclosed uncompressed undefined under underflow underline underlying underscore
undersized understand understood undocumented unencrypted unequal unescaped unexpected unhandled unicode
unified uniform unimplemented unindent uninitialized uninstall union unions unique unit universal unix
unknown unless unlikely unlink unload unlock unmarshal unmatched unnecessary unordered unpack unparsable
unparsed unprocessed unquoted unreachable unreadable unrecognised unrecognized unrecoverable unregistered
unresolved unsafe unseal unset unsigned unspecified unstable unsuccessful unsuitable unsupported unsure
unterminated until untrusted untuk untyped unusable unused unverified unwrap unwrapped update upgrade
upload upon upper uppercase upsert upstream ures urlencoded urllib urllib3 urls usable usage used useful
user userid userinfo username uses using usted usually usuario utente utf8 utgatt util utilisateur
utility utilizador utilizator uuid uvicorn uzytkownika vaaditaan vacia vagy valid valida validate
validator valide valido valkey value vanhentunut vara variable variadic variance variant vars vault
vecchia vector veld vencida vendor verbatim verbinding verbindung verbose verbosity vercel vereist
vergessen vergeten verification verified verifies verify verkeerd verplicht version versions vertical
verweigert verwendet very veuillez view violated violates violation virtual visible visit visitor visual
vite void volume voor votre vous vuelva vuota wait waiter waitpid wakeup walk wall wallet want warn watch
weak weakref webauthn webhook webpack websocket wednesday week weekday weight weird well werd werden were
werror wget what whatever wheel when whence whenever where whether which while white whitespace whole
whose width wifi wiki wildcard will window winrm wird wire wireguard wish with withdrawn within without
wlan word wordt work workaround worker workflow workspace world would wrap wrapped wrapper wrapping write
writer written wrong wrote wsgi wurde wurden wymagana wymagane x509 xmlns xsrf yaml yarn year yield your
yourself yubikey yyyy zadane zeichen zero zijn zlib zmienione zone zostalo zstandard zugriff zwischen
"""
_ORDINARY = frozenset(_WORDS.split())


def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is an ordinary one, with or without an ending."""
    if len(word) < 4 or word in _ORDINARY:
        return True
    stem = _ENDING.sub("", word)
    return len(stem) > 3 and (stem in _ORDINARY or stem + "e" in _ORDINARY)
