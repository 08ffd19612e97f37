"""Words that ordinary messages are made of: in a text that names a secret, any other word may be it.

Counted in message catalogs of twenty languages, in the errors that Python packages raise and in the texts of
command-line tools. Left out are words of three letters and fewer, what a beginning or an ending adds, and
what people often choose for a password. They are split when a text first needs them, as patterns are
compiled.
"""

import re
from functools import cache

_ENDING = re.compile(r"(?:ations?|ions?|ings?|ly|e?s|e?d|able|ible|ment|ness)\Z")
_BEGINNING = re.compile(r"\A(?:un|re|pre|non|sub|dis|mis)")
_SAID_OF_SECRETS = """
aanmelden abans aber abgebrochen abgelaufen abilitato abne abort about abrir acao acceder accedere accepted
acces acceso accessible accesso account aceasta aceder acesso acest acma acmak acquire action activar active
activer actual actualizar actualmente actuellement adatok addgroup additional address adduser adgangskode
adgangskoden adiciona adja adjust admin admindir administrator adquirir adresa adresar adresse adressen
adresu adresy advarsel affecte afficher afin afsluiten after again against agent agenta agente aggiornare
aging ainda ajouter ajuda aktiv aktivera aktivere aktualisierung aktualizaci aktualnie aktuell aktuelle
alairas alapertelmezett aldrig alebo algo algorithm algorithme algorithmus algoritm algoritme algoritmen
algoritmo algoritmus alguns alias alla alle allekirjoituksen allekirjoituksia allekirjoitus allekirjoitusta
allerede allocate allow almeno alnd alphanumeric already also altal alte alteracao alterada alterado alterar
alternate alternative altra altre altri altro always ambiente ambiguous ambos amend anahtar ancak anche
anchors ancien anda anden andere anderen andern andet andra andrats ange angegeben angegebene angegebenen
angemeldet anges angive angiven angivet angivna anmelden anmeldung annat annet annettu anonim anonimo anonym
anonymize anonymous another antal anterior antes antiga anvand anvanda anvandare anvandaren anvandarnamn
anvander anvandning anyway anzahl anzeigen apagar aparece apenas apertura aplica apos append application
apply apres aprire aquest aquesta architecture archive archivo argnum argon2 args argument argumente
argumento argumentu argumenty arquivo arranque array asked asking askpass aspon assign assim assinatura
assume atgard ativar atkomst attach attempt attention attenzione attesa attribut attribute attuale
attualmente atual atualizar auch aucun aucune auflisten aufruf ausfuhren auszufuhren autenticacao
autenticacio autenticacion autenticado autenticar autenticarse autenticazione autentifica autentificacion
autentificare autentificarea autentificering autentifikacia autentisera autentisering autentiseringsmetod
autentizace autentizaci autentizacni auth authenticate authenticatie authentication authenticator
authenticeren authentification authentifier authentifiziert authentifizierung authentifizierungsmethod
authorize auto autoconfig automatic automatica automatically automaticky automatico automatiquement
automatisch automatisk automatiskt autorisation autorizacao autorizacion autorizado autorizzazione autre
auxiliar available avaimen avainta avbryt avec aven avertisment avertissement aviso avoid avoir avvio avviso
ayarlamak back backend backup baglant baixar bajt baliku bank bara bare barra basarl basarsz base base64
baseada based bash basic baska bcrypt beallitasa bearer because bedny bedzie been befehl before begin
begransad beide beim being bejelentkezes bejelentkezesi beklenmeyen bekrafta belirtilen benotigt bent
benutzen benutzer benutzername benutzt beschranktem beschranktes beskriver best bestand bestatigen between
bevat bezpieczenstwa bigint bilgileri bilgisi bilgisini bilinmeyen bilo binar binario binary bind biti bitte
blah blank blev blevet blir blitt blive block bloqueado bloquear bloqueig bloqueio bokstaver bolo boolean
boot bort both brace bracket brak braku breach breve browser brug bruge bruger brugeren brugt bruk bruke
bruker brukernavn brukt bude buffer buida build builddeps buildinfo builtin buit buti buyuk byla bylo byte
bytes bzip cache cada cadeia caduca caduque call callback calslyor cambia cambiada cambiado cambiar cambio
campo cand cannot canvi canvia canviar canviat caracter caractere carattere caratteri card care cargar
carregar case caso cast casu catre causa cdable cela cele cerca cert certain certificado certificat
certificate certifikat cette chaine challenge champ change changer character chave chcete check checksums
chei cheia cheie chiave chiffre chmod chyba chybi chybny cifrado cipher clar claro class classe clau clave
clean cleanup clear cleartext clef click client clientcert cliente clone close cluster code codes codesign
codice codificada codigo coincide coincidem coinciden colon column comanda comando combination combo come
comma command commande comme comment commit committed common como compact compile complet completa completar
complete completo complexity component comporta compression compromised comprovacio compte compute
condicional conectados conectarse conexion conf confiavel config configuracao configurado configurar
configurat configuration configured confirm confirmacao conflict connect connecter connessioni connexion
connexions consist constant conta contact contain container contem contenir content conter conteudo context
contiene contient contine continua continuar continue contrasena contrasenya contrasenyes contrib control
controla controle controleren controlla controllo convert convertir cookie copia copy corect correcta
correctamente correcte corrente correspond correspondance correspondem correspondent corretamente corretos
corretta correttamente corrisponde corrispondono corrupt cors corta could couldn count counter cracking crea
crear creare create credenciais credencial credential credenziali creer criar critica crittografia crypt csak
cteni ctrl cuando cuenta cunku current curta curve czas czasu daca dada dades dados daemon daha daher dall
dalla dalsi dans danych darf dass data database date datei datele daten dati datos datoteka datoteke datum
days dead debe deberia debian debido debole debsig debug decidir decode deconfigure decrypt default defaut
defecte define defini definida definido definir defs degeri degil degistir dekryptering delay delete delim
delimited delivery dell della delle dels demande demangle demarrage demasiado deneniyor denied denne deoarece
dependency depends depo depois depot deprecated depuis derniere desabilitar desactivee desafio desbloquear
desbloquejar desconegut desconhecido desconocido descriptor desde deserialize desifrovat desktop despre
despues desviada detach details detected detection detector determinar determine deterministic detta dette
deux deve deverrouiller device devido devrait deze dhelp dialog dict dictionary didn dies diese diesen dieser
diferent diferente diff differ different diger digest digit digite dinamica dine direct directa directiva
directori directorio directory direkt disable disassemble disassembler disk display disponibile disponible
disponivel dispositivo disse ditt divide dizin doba dobry docker document does doesn dogru dogrudan dogrulama
doit domain domene domenu dominio donc done donnees dono dopo dostepne dostupne dostupny dosya dosyasnn dotaz
doua dovrebbe downgrade download dpkg drive driver drugi drugim druhy duas dupa duplicada duplicata duplicate
durante durch during dyld dynamic dysymtab each earlier easily easy echec echoue echouee edildi efeito efter
eftersom eger eigentumer eine einem einen einer eines eingabe eingeben einmal eintrag either eivat ejecutar
element elemento elenco elgamal elimina eliminar elle ellenorzese eller emacs email empfangen empty enable
encara encode encontrada encontrado encontrar encontro encountered encrypt endast endian endre endret ends
engine enkel ennen enregistrement entao enter entfernt enthalt enthalten entorn entorno entrada entrar entre
entree entries entry entschlusselt entsperren envia enviar environment environnement envoyer epaonnistui
erfolgreich erforderlich erfordert erhalten erlauben erlaubt ermitteln erneut eroare errata errate errati
errato erreur erro error errore erstellen erteke ervenyes ervenytelen erwartet erzeugen erzwingen escolha
escriure eseguire eski especifica especificada especificado especificar espera esperaba esperar esperava
esquema essai essere esta establecer establecido establir estado estan estao estar estat este estiver esuat
etait etiqueta etre evaluate even evenp every evitar exact exceeded exchange exclude exec execfail execucao
executa executar execute executer exist exista existe existiert existuje exit exito expassign expected
expecting expira expirada expirat expire expirou expiry explicita explicitly export exportar exposed exposure
expression extended extension extra extract ezen fail faillog failure fajl fake fakeroot falha falhou fallat
fallback fallido fallita fallito fallo falls falsch falsche false falta fara fatal favor fazer fehler
fehlercode fehlgeschlagen fehlt feil fejl felaktig felaktigt felhasznalo felkod fetch fiable ficheiro fichero
fichier field fila file filen filename filer files filnamn filter final find fine fingerprint finnes finns
firma firme firmware first firstgid firstuid fisier fisierul fisierului fitxer fixed fixup fjern fjerne flag
flagga flaggan flaggor flere flgende flow flux fluxo fois folder following fonte foram forbidden forca forcar
force fordi forkert form forma format formato fornecida fornecido fornita fornito forrige forsg forsok
forsoker forsokte forst forsta forvantade forza forzar fost foto found fout fraca fragen fram fran frase free
frobnicate from frst frste fsck fsmonitor full function futur future futuro galeta gamla gamle gang ganger
garantir geandert geben gebruik gebruiken gebruiker gebruikersnaam gebruikt gecerli gecersiz gecici gecos
geen gefunden gegevens geldige genbuildinfo genchanges generar generate generation generator generic genom
gepruft gerekir gerekiyor gerekli gerektirir gerektiriyor gesetzt gesla geslo gesperrt gestor getting
gevonden gewijzigd gibt giltig giltigt girin giris give given gnat gnome gnupg godkendelse gosterir gpgv
grant greska group groupe grund grup grupo grupp gruppe gruppen gruppo gssapi guess gultig gultige gyldig
gyldige haben habilitada habilitar hacer hamta handle handler happen hard hardcoded harder harus hasa hase
hash hasle haso hasznalata hasznalt hasznalva hata hatal have header heading heads heeft help helper hente
here herunterladen hesel hesla heslem heslo hexadecimal hiba hibernar hier highest hint hinzufugen histchars
history hitelesites hitelesitesi hitelesitest hittade hodnota hogy hoje home hook hoppar hora host hostname
hostssl href http hundreds hvis hvor hypothesis icin icinde icke idem ident identical identifiant
identificador identification identifier identite identity idle igen igenyel igjen ignora ignore igual ihre
ihren ikke ileti illegal imati imena imeti immediately implementado implicit implicita implicitne implicitni
implicito import importantes importar importer impossibile impossible impossivel imposta impostare impostata
impostazioni imza imzal inactiva inactive inactivity inainte inaktiv inattendue incearca incerca incercat
include incompatible inconnu inconnue incorrect incorrecta incorrecte incorrecto incorreta incorretti
incredere index indica indicada indicar indice indien indique indiquer inesperada inesperado info informacao
informace informacie informacio informacji informacoes informatie informatiile information informationen
informations informazioni ingen inget ingrese ingroup inhalt inici iniciada inicial iniciar inicio init
initdb initial inline inloggning innan innehaller inneholder innlogging input inserisci insert insn instalado
instalar install instancias instantiate instdir instead instellen insufficient insuficientes inte integer
intentando intentant intentar intento interaction interactiva interactive interaktiv interface intermediari
intern interna internal interne interno interpret interpreta intet into introduceti introduiu introdusa
introduzca invalid invalida invalide invalido inviare invoke iptal irja ismeretlen issue istallet isto istrip
item izin jabut jako jalkeen jamais java jeden jedna jedoch jeho jejich jelenlegi jelszava jelszavak
jelszavanak jelszo jelszot jesli jest jeton jezeli jmena jmeno jobs jobserver join jour jsou kako kann
karakter katalog katalogen katalogu kaynak kaytosta kayttajalle kayttajan kdyz keep kein keine kerberos
kernel keyfile keygen keyid keyring keys keystore keyword kilidini kimlik kirjautuminen kirjautumisen klarte
klartekst klartext klic klice klicem klient klienta kljuca kluc kluca klucz klucza known kodem kodu koja koji
kombination komen kommando kommandoen kommandot kommer komplett komut konec konflikt koniec konnen konnte
konto kontrol kontrola kontroll kontroller kontrollera kontrollere kontrollerer kontroly kora korisnik
korisnika koristi korrekt kort koska kozben kraver kravs kreves krver krves ktere ktery ktora ktory
kubernetes kucuk kulcs kullan kullanc kullanclar kullancnn kullanlan kullanlr kullanm kullann kunde kunna
kunne kunnen laatste label laden lage lagg lahko lang langt large lasa lase lases last lastday lastgid
lastlog lastuid later lauft launch ldap ldapbasedn ldapbinddn ldapbindpasswd ldapprefix ldapsearchattribute
ldapsearchfilter ldapsuffix ldapurl leak least leeg leer left legalabb leggere legitimierung lehet length
lese lesen lesing less lesz letter lettura letzte letzten level lezen library liczba lieu life lifetime ligne
like limit limitato line linea lines linha linia linii linje linjer link linker linux lire list lista
listados liste listen literal llave llegir llista lloc load local locale locali locate location lock lockout
logga logge logger logget logical login logon logout logowania logowanie lokal lokala lokale lokalen long
longer looking lookup loop lors loschen losenord losenorden losenordet losenordsautentisering lost lowercase
lozinke lozinku lsign ltsign lucid lugar lukea lunga lunghezza lutfen lzma maar machine macos macro made mail
maintenance mais maiusculas majuscules make maksimum mala malformed managed management manager manca
mandataire mandatory mangler manipulacao manquant manque manual maquina marshalling maste master match
mauvais maxdays maximal maximale maximum maybe md5crypt mechanism megadott megadva mehr mehrere members meme
memoire memoria memory meno mensagem mensaje menu merge mesaj mesg mesmo message messaggi messaggio method
methode metoda metodo mettre mevcut middleware might migration mindays minden mindestens mindst minim minima
minimaal minimal minimale minimo minimum minion minst minstens minusculas minut mise mislukt mislykkedes
mislyktes mismo missatge missing misslyckades mittels mmap mode modifica modificada modificar modificare
modification modifie modifier modify modo modul module modulo modus moet moga moglich mogoce moins mora
morate more morgen mostra mostrar motivo mots mount move moze mozna mozne moznost moznosti mtimes much muda
mudanca mudar muestra muito multi multicast multiple multiply musi musite muss mussen must mutex mutta naam
naar nach nachricht nacin nacist nagon najmanje nakon nalezy name named namen names namespace namn napaka
narvarande nastaveni nastavenie nastavenim nastaveno nastavi nastavit navedena navn navnet nazvy nazw nazwa
nazwy ndret ndring neasteptata nebo nebolo nebude nebyl nebylo necesara necesita necessaire necessaria
necessario need neexistuje negative negotiate neither nelze nema nemuze nenhum nenhuma neni neplatne neplatny
nepodarilo neshoduji nespravne nessun nessuna netrc neue neuen neues neuspesne nevalid nevalida nevaljani
never newly next neznamy ngle nicht nicio niemals nieprawidlowe nieprawidowy niet nieuw nieuwe nieznana
nieznany nije nikdy nincs ningun ninguna niveau nivel nkkel noch nocheck nombre nome nomes nomi noms nonce
none nonexistent normal normale note nothing noua nouveau nouvelle nova novamente nove noveho novo novou novu
novy nowe nowego nrsign nueva nuevo nula null numai numarul number nume numele numeric numerica numerico
numero nummer nunca nuova nuovo nyckel nyckeln nytt object objekt objet obrir obsahovat obsahuje obsoleta
obtain obtener obtenir obter obtido obtine octal ocupado odblokowac odczytu oddeleny oddp oder offline offnen
offset ofte ogiltig ogiltiga ogiltigt ogsa ohne okand okant olabilir olan olarak olema olla olmal olmali
olmas olmayan oltava omdat onbekend once ondersteund ondertekening ongeldig ongeldige onjuist only onnistui
ontanml ontbreekt ontgrendelen opcao opcio opcion opcions opcje opcji opcoes open openssh openssl operador
operation operativo operator opgegeven opnieuw oppgi oppgitt oppna opravneni oprette opties option optional
optionen options optiunea opts opzione opzioni oraz orden order ordre orig origen origin ostatniego
ostrzezenie otevrit other otros ottenere oturum oude output outra outro ouvrir ovaj ovantad over overeen
overeni overenie overens overit overovani override overuje overwrite ovjera ovjeru owner pacchetto pack
package packet pacote padrao page pager pagina paginate pair paket paketsignatur pakket pakrvet palavra
paquet paquete para parameter parametre parametros parenb parity parodd parolalar parolanz parolas parolasn
parolay parolei parse parser part partial partir partition pasa pasar paso pass passa passar passe passen
passer passord passordet passphrase passwd password passwortdatei passworter passwortern passworts path
pathspec pattern pause pbkdf2 peab pedir peer pela pelo pentru percent perche perform period periode periodo
permanente permet permettre permisos permission permissions permite permitido permitir permitted pero perque
personal peticion peut peuvent phai phrase pinentry pismena pkcheck pkcs place plain plaintext plano
plataforma platform platnost platnosti platny plattform plau please plik plikow pliku plugin plus plusieurs
poate pocet podane podano podany podczas pode podem poden podpis podpisem podpisov podpisow podpisu podpisy
podporovane pogut pointer pois pokud pokus pokusava pokusu polecenie policies policy politica polja polkit
pomoci pomocou ponownie popisu poprawne porque port posizione posledni posledniho possa possibile possivel
possono post postclean potpis potrebna potrebne pour pouze pouzije pouzijte pouzit pouziti pouzivat
pouzivatel pouzivatela pouzivatelovi povolit powiodo powodu powoke pravdepodobne prave prazdny prea pred
predefinito prefiks prefix preliminar prepinac pres presente preset pretoze previous prihlaseni prihlasenie
prihlaseny prihlasit prihlasovaci prihlasovacie prihlasovanie prihlaste prijava prijave prijavite prijavljeni
prijavne prije prikaz prikazu prilis prima primaria primario primary primeiro primer primera primo prin
principal principale print priorities priority pripade pris pristup privada privat privata private privee
prob proba proberen problem problema proby procedure proces procesa proceso processa processar processo
processus procesu produit profiles program programa programma programme programmet programu prohibited
promijeni prompt properties property propria proprietaire proprietario prosim prosze protect protocol
protocolo protokol protokoll protoze provato provide provider provjeri proxy prozess prufen prune prver prvi
prvni prywatnego przez przy pseudo pthread public publica pudo puede pueden pull punc push putea putut pwfile
pwprompt pytest quality qualquer quan quando query questa questo quiet quota rabi racun radek radius raise
raison random range rapida reach read reader readline realizar really realm reason receber receive recente
recherche reconnu record recover recovery recu recuperar recuperare recuperer redak rede reference reflected
refresh refs refuse regel regex register registrar registry reinitialiser rejected relative release remaining
remote remover removing rendszer reparar repeat repertoire reply reponse repositorio repository requer
requereix request requiere require requirements requisicao reservada reset resolve resources response
restantes restreint restricted restringido result resume resumption rete retrieve retry return reuse revoca
revocation revoke richiede richiesta richiesto rieseguire riga rimuovere riuscita riuscito rivi role roles
root rotate rotation rule rules runlevel running ruta sahip saida saisir saknar saknas salasana salasanaa
salasanan salasanasi salt same samma samme samo samym sanitize sans sasl satr satt satta save saved saving
sbloccare scaduta scanning scaricare schedule schema scheme schimba schimbare schimbata schlussel schreiben
sconosciuto scope scorretta scorretti script scrypt search secenekler second secreta secrets secs section
secure securitate securite security sedan segons seguir segundo seguranca seguretat seguridad sein seit seite
seja sekund sekunden sekunder selected self selhalo selv semicolon semnatura semnaturi semnaturii sempre
senaste send senden sender sendt senha sense sensibles sent senza separada separados separat separata
separate sera serialize server servera servern serveru serveur service servico servidor serwer serwera sesion
sesiune sesji sessao sessie sessio session sessione sessionen sessions setting settings setzen seulement
several seznam sfrlayn sha1 sha256 sha512 shadow shall share shebang sheet shell short shorter should show
sich sicurezza siden sido sifirlayin sifre sigkill sign signal signat signatur signatura signature signaturen
signaturer signering signierte significa sikertelen sikre silent simbol simbolico simbolo similar simple
simulate sinal since sind single sintassi sintaxe sintaxis sisaan siste sistem sistema site sitzung size skal
skall skapa skicka skift skip skipped skipping skonci skript skriv skrive skriver slette sleutel slot slovo
smartcard sobre socket socks software soll sollte solo some something sono sonra sont soportado soporte
sorgente sortie soubor souboru source sous sowie space spawn special specific specifica specificare
specificata specificato specifie specify speichern sperre split sposob spravne spravu sprawdzenia sprawdzenie
spraying spusteni spustit sslpassword stalla stammer standard stare start starten stash stat stata state
stato status stdin stellen stem stil still stimmt stods stop storage store strange stranku streng strength
string stringa strings strong strony structure style subkey subor suboru subscribe substituicao substitution
succes successfully sucesso such sudo sudoers sufficiently suitable sulla sunt sunucu superuser suporte
supplied support supportato supporto supprimer suspender suspensao suspension svag swapped switch symbol
symbole symbolet symboli symbolische symmetric syms syntax syntaxe syota system systeme systemet systemovych
systemu szukseges table tagen tags takze talalhato tall talle taman tambem tamogatott tant tarafndan target
tarvitaan tastatur tato tecken tecla teclado tegn tego tekenreeks tekens tekrar tekst temp template tempo
temporary tentando tentar tentative tentativo tentato tente tento termina terminal terminala terminalu
terminate termine terminee terminer terug test testimoni text texte texto than that their them then there
these they third this those three thrice through tidspunkt tiedostoa tiedoston tiempo tiene tilgang
tilgjengelig till tillat tillater tilvalg time timed timeout times timp tipo tipus tnrsign toate todas
todennus todos toevoegen tohoto token tokenu tomt tonen tool toto totoznost totoznosti tous tout trailer
trait transfer transformations tratando traves treba trebui trebuie trenutni trenutno tried tries triggers
trim trobat trop troppo trouve trouvee trouver trovata trovato true trust truststore trying tsign tulee
tuntematon turi tuto tutti tvinga twice twoje twolevel tylko type typed typen types typu uber uberein
ubergeben uberprufen uberpruft uberprufung uberschreiben ucet uctu udaje udaju udao uden ugyldig ugyldige
uitgeschakeld ujra ukendt ukjent ulohy ultim ultima ultimo ului unable unauthenticated unauthorized
unbekannter unblocking unchanged undefined under unei ungultiges unica unico unit unix unlocked unlocking
unrecognized unset unsigned unsupported unterstutzt until unui unutuldu unwind update upgrade upload
uporabnisko upozornenie uppdatera uppercase urcit urcuje ures urile usada usado usage usando usar usare usata
usato used user usermod username uses using uspesne uspjesno ustawic ustawienie usually usuari usuario usunac
utan utdata uten utente utenti utilisateur utilise utiliser utilisez utilitza utiliza utilizada utilizado
utilizador utilizando utilizar utilizator utilizatorul utmp utolso uttag uudelleen uusi uventet uwaga
uwierzytelniania uwierzytelnianie uwierzytelnienia uwierzytelnienie uyar uzerinde uzivatel uzivatele
uzivatelske uzivatelsky uzun uzyc uzycie uzyj uzyskac uzytkownik uzytkownika vaaditaan vaatii vacia vacio
vagy vahemalt vain valable valeur valg valgt valid valida validacao validate validator valide validi valido
valityspalvelimen valj valor valore value vanhentunut vanlig vanta vara varde varden variable variant
variante varias variaveis various varning varoitus varovani vars vasa vase vaseho vasu vault vazia vazio
vector vekil velg venligst vente veranderen verbindungen verbose verdi vereist verejny verfugbar verifica
verificacao verificacio verificacion verificar verificare verificarea verification verified verifier verify
vers versao verschlusseln verschlusselt versio versione versuch versuche versuchen versucht verwenden
verwendet verwendung verwijderen verzeichnis verzi veuillez veya vezes vide viene vill virhe virheellinen
virtual vise visible visit vismaz vlastnika voce voeren voir voitu volby voleu volta volume voor vorhanden
vostra vostre votre vous vrsta vrste vsaj vsechny vsetky vuelva vuota vuoto vynuti vypise vypisu vypnute
vyprsi vytvorit vyzadovano vyzaduje waarde waarschuwing wachten wachtwoord wachtwoorden wahlen wait wallet
wanneer want waren warning warnung wartosc weak wegen wenn werd werden were wert what when where whether
which while wijzigen will windows wird with within without word worden wordt workbook worktree would write
wrong wszystkich wszystkie wurde wurden wyaczenie wymaga wymagane xarxa yanls yeni yeniden yerine
yetkilendirme yolu your yritetaan yritettaessa zadan zadana zadane zadanie zadano zadany zadat zadejte zadny
zaman zaradi zawiera zawierac zayf zaznam zbyt zeichen zeile zeit zelite zero zgadza ziffern zijn ziskat
zlyhalo zmena zmenene zmeneno zmeni zmenit zmenu zmiana zmienic zmienione znak znaka znaki znakov znakow
znaku znaky znova znovu zobrazi zonder zosta zostaa zostac zostanie zostao zpravy zugangsdaten zugriff zuruck
zurucksetzen zusammen zvolte
"""
_SAID_OF_ELSE = """
aadsts aangemelde aanmaken aanpassen aantal aarch64 abaixo abandoned abandoning abbrechen abbrev abbreviated
abbreviation abbreviations abbruch abfragen abgelehnt abgelehnte abgeschlossen abicalls abiflags abilitare
ability able abnormal abord abortada abortando abortar above abschnitt absence absent absolu absolute
absoluto absorb abstract acaba accao accedir accelerate acceleration accelerator accent accept accepta
acceptat acceptata accepte accepter acceptor accessed accesses accessibility accessing accessor accetta
accidental accion accommodate accompanied accompanying accomplish according accumulate accumulator accuracy
accurate aceita aceitar acelasi acepta aceptar acessar acesta aceste achieve acima ackca acklama acknowledged
acknowledgement aclamad aclrken acls acordo across actie actief actieve acting actioncontroller actions
activa activada activado activat activate activemq activerecord activesupport activities activity activo
actor acts actualitzacio actualitzar actualitzat actualiza actualizacion actualizada actualizado actuel
actuelle acum acute adapt adapter adaptive adat adatait adauga added addend adding addition additions
additive addon addr adds adequado adequate adgang adgangskoder adhato adhere adicionais adjacent adjustments
adlar adlarn admet administracao administrador administration administrative administratora admission admite
adnn adobe adopt adott adreca adres adresare adresari adresarov adresaru adrese adresi adresleri adresou
adresser adskilt adva advance adverse advertencia advertise advice advised advisory aes128 aes192 aes256
afara afbreken afbrudt afdwingen afecta afegeix afegir affect affichage affiche affine affix afford
afgebroken afisarea afisat afiseaza afslut afsluttet afterwards agare aggiornamento aggiornato aggiunge
aggregate aggregation aggregator aggressive agora agotada agree aguardar ahead ahora aiming ainakin ainsi
aiohttp airflow aiuto aixi aixo ajout ajustar ajutor akamai akce akkor aktion aktiva aktive aktiven aktiver
aktiverat aktivieren aktiviert aktualis aktualisieren aktualisiert aktualizace aktualizovat aktualne aktualni
aktuella aktuellen aktuelt akun akzeptiert alairasok alann alarm albeit albo alcun alcuna alcuni aldri
alegeti alembic alert alespon algoritmas algorytm algum algun alguna algunos align alignments alive
alkalmazas allegedly aller allo alloc allt alltid almacena almacenamiento almacenar almak almost alnamad
alone along alongside alors alpha alphabet alphabetic alphabetical alpn alten alter altera alteracoes
alternatif alternativ alternativa alternativo altes although altijd alvo alvorens amazon ambele ambiguity
amd64 amely among amongst amount amqp anade anahtarnn analisar analise analisi analitzar analiza analizar
analizzare analog analyse analyser analysis analytic analyze analyzer analyzovat ancestor anchor ancienne
ancient ancillary ancora ancuch ancucha ander anderer anderung anderungen andrades andrar andring andringar
android anfitrion anfrage angabe angav angeben angegebener angemeldete angett angezeigt angitt angiv
angivelse angivne angle angular aniz anlamna annak annan annars annehmen annen annotate annotation
annotations announced annoying annu annual annule anode anomalies anonyme anos anropa ansi ansible anslutning
anslutningar anstatt anstelle answer antalet antall antar antas anteriormente anti antic antigo antigua
antiguo antwort anula anvandar anvant anwendung anymore anyone anything anywhere anzeige apache apagado apare
aparecer apareix apart aparte apcs aplicacao aplicacio aplicacion aplicatie aplicativo aplikace aplikacija
apne apparait apparent apparmor appartient appear appearance appendix applicable applications applicazione
applied applies appoint approach appropriate approval approve approx approximate approximation apps april
aqui arab arabian arabic arama aranges arata arbeitsverzeichnis arbetskatalog arbitrarily arbitrary arbre
arcade arch archaic architektur archiv archiver archivio archivu area aren arena argc argh argocd argomenti
argomento arguman argumanlar argumenten argumenter argumentet argumenti argumentow argv arhiva aria arise
arithmetic aritmetico aritmetisk arkiston arkitektur arkiv arkivet arkivsignatur arm64 armazenado armazenar
armed armor arms around arquitectura arrangement arret arrete arreter arrival arrive arrow arsiv article
artifact artificial artk arts arvo arvore arxiu asagdaki asana ascending ascii aseta asetettu asettaa
asettaminen asidosatt asignar asla aslr asociate aspect asprintf assemble assembler assembly assert asset
assignments assinado assinar assist assistance associados associate association associations associative
associativity assumption assumptions assurance asteapta astepta asterisk asymmetric asymptotic async asyncapi
asynchronous asyncio asyncpg atencao aterstalla atexit atime atland atlanyor atmeneti atom atomic atpcs
atraves atribut atribute atributos atributy attack attacker atteinte attendre attendue attente atteso
attestation attivare attr attraverso attributo atualizacao atualizacoes atualmente atunci audible audience
audio audit auer auerhalb aufgebraucht aufgerufen aufgrund augment august auktorisering ausdruck ausfuhrung
ausgabe ausgeben ausgefuhrt ausgewahlte aussi auswahlen autenticador autenticarsi autenticato autentificat
autentificati autentisere autentiseringsfel autentiseringsmekanismer auth0 authenticity authentifie authn
author authorise authoritative authorities authority authorizer authorship authz autoconf autodetected
autogenerated automake automata automated automaticamente automaticke automatikus automation automatique
automatische automatischen automatyczne autonomous autor autorise autorisee autoriser auxiliary avail
availability avainsana avait avanzamento avata avbrots avbrutt avbryter average avere avez avro avsak avsluta
avslutande avslutar avslutt avviare await aware away axes axios axis ayarla ayarlanamad ayuda azami azione
azndan azure azurerm babel background backlog backoff backslash backtrace backtrack backward bada badly
baglam baglantlar bagmsz bail baixo bajo bajta bajtov bajtow bajtu bajty baked balance balik balika baliky
banco band bandit bandwidth banned banner barrier bars basada basarisiz basaryla base32 base58 base85
basefile baseline basename bases basica basically basis baslangc baslg baslk basna batch bayt baza bazel bazy
beallitas beallitasok beallitva bean bearbeiten became become beda bedna bedne bedow bedrock bedu bedy
beenden beendet beep befehle began begaran begge beginnen beginning begransa behalf behandle behandler behave
behavior behaviour behem behind behover behovs behu bekannt bekijken bekleniyor bekreft bekreftelse believed
belirsiz belirteci belirtilmedi belirtin belirtir belirtmek belong below belso bemrk benchmark beneath
benutzernamen bepalen berechnen berechtigung bereich bereik bereits bericht berkas bernoulli beror beschadigt
beschikbaar beschreibung beseda besides besked beskrivelse beskrivning besoin besta bestaande bestaat
bestamma bestanden bestandsnaam bestatigung bestehen bestemme bestimmt beta better betyder bevatten bevor
bewerken beyond bezi bezig bezne bezpecne bezpecnostni bezposredniego bicimi bidirectional bien biezacego
biezacy bigger bigquery bijwerken bila bildirin bile bilgi bilgilerini bilinmiyor billing billion binaire
binari binarni binarny bindir binnen binomial binr bins biometric birden biri birlikte birth bitbucket
bitcode bitfield bitmap bitmask bits bitsize bitti bitwise biztonsagi bject black blacklist blake2 blame blas
blend blind blink bliver blob bloca blocat bloccare bloccato blocchi blocco blocksize bloco blocs blog
blokady bloque bloqueo blue bluetooth bodies body bogstaver bogus bola bold boli bolum book bookkeeping bool
boost bootstrap borde border borjan borjar born borra borrar borrow boto3 botocore bottom bound boundaries
boundary boxed boxes braintree brakeman brakuje branch brand brazilian break breakage breakpoint brez brief
bright bring brings britain broadcast broj broja broke broken bron bronze brotli brugere brugernavn brukere
brukeren brute buck bucket budget budou budu bufer buff bufsize buggy bugs buildah builder buildid buildkite
built buiten bulk bulunamad bulunan bulundu bump bundle bundler bunlar bunu bunun busca buscando buscar
busqueda busy button butun bygge byly bypass byste byta bytea bytearray byzantine cabecalho cabecera cacert
cacheprovider caddy caducada caducado caducar caducat calcular calculate calculation calculations cale
calendar calla callables callee caller calsan calslrken calsma calstrmak calsyor cambiando cambiare cambiata
came caminho camins campaign campi camps campuri cancel cancelado cancelar cancellable cancellation cancelled
cancelling candidate canonical canonicalize cant canvas canviant capabilities capability capable capacities
capacity capcalera cape capital capitalization capitalized capped caps captcha caption capture cardinality
careful cares carga cargo caricamento caricare carrega carriage carried carries carry cartesian cascade cases
casove casovy cassandra casse casti casual catalog catch categories category caught cause cauta cautare
caution cauza ccept cdata cdrom ceci ceil ceka cekanja celery cell celle celu celui cent center central
cercare cerere cerez cero cerrar certfile certificada certification certificato certified certifikatet
certifikatu certify cessation cesta cesty ceux cgroup chacha20 chain chance changelog changements changeset
channel chaque char characteristics chardet charge charset chart chdir cheap checkbox checker checkout
checkpoint checkstyle checksum cheii chemin chiamata chiar chiaro chiavi chiede chiedere chiffrer child
children chiusura choice choisir choisissez choix choose chop chose chosen chown chronological chroot chunk
chyb chybe chybejici chybna chybne chybnych chybovy chybu chyby ciasteczka ciasteczko cible cidr cierre cifra
cifrar cifre cijfers cimke ciphersuite ciphertext circle circleci circuit circular circumstances cisla cislic
cislice cislo cist cita citani citanie citanja citanje citat citeasca citi citire citirea citite city civil
ckar ckty claim clamp clang clarify clasa clase clash classification classified classify classmethod
classname clause cleaner clearsign cles clickhouse clip clipboard clipped clippy clique clobber clock
clockwise closer closest closure cloudflare cloudformation cloudfront cloudwatch club cmake cmdlet cmdline
cmem coalesce coast cockroachdb cocoapods codec coded codepoint codeset codifica codificacion codificar
codificare codificata coding codului coeff coefficient coerce coff cognito coherence coincideixen
coincidencia coincidente coincidir coisa coklu cold collaborator collapse collate collation collations
collect collectively collector collegamenti collegamento collided collides colliding collision collisions
coloca colonne color cols columna colunas comandi combinacao combinacio combinacion combinaison combinatie
combinazione combine comdat comecar comenca comentario comenzile comes comienza coming comm commandline
commencant commence commercial committing communicate communication communications communities commutative
companion compara compare comparison compartido compass compat compatibile compatibility compativel
compilacao compilar compiler complement completamente completare completer complex compliance compliant
complicate comply componente comportamento comporte compose composer composite compound compress compressao
compressor comprised comprobacion comprobar compromise comprova computer comum comun comune comunque
concatenate concatenation concept concerned concerning concerns concluded concurrency concurrent cond conda
condensed condition conditional conditions conectado conectar conexoes conference conferma confiable
confianca confiance confidentiality configmap configura configuracio configuracion configuracoes configurada
configurare configurato configurazione configure configurer confirmacion confirme conflicto conflit conflito
conflitto confluence conform conformant conftest confuse congress congruent conhecido conjugate conjunction
conjunto conn connecte connectez connectivity connector connessione connexio connstr conocido consecutive
consente consentire consentita consentito consequence consequently conservative consider considera considerar
considere considerer consistency consistent consola console consolidate const constituent constrained
constraint construct constructor construir construire consul consult consume consumers consumption cont
contador contemporary contenant contending contendo contenen contener contenere contenido contenu contenuti
contenuto contest contesto contexte contexto contiguous contingut continuacion continuer continuous continut
continutul contract contradictory contradicts contrario contrast contrecord contributed contribution
contributor controlar controleer controler controllare controlled controller controlling controlo conv
convenience convenient convention conventional conventions converge convergence conversation conversion
conversione conversions converter convex convolution cookiecutter cooldown coordinate copie copier
coprocessor coptic copyright core corecta cores corespunzatoare corner coroutine corpo correct correcto
correio correlation correo correspondant corresponde correspondence correspondente correspondiente
correspondre corresponent correta corretto correu corrispondente corrispondenza corrispondere cortex corto
cosa cosine cost couchdb counterpart countries couple courant courante courier cours course court courte
covariance covariant cover coverage cpuid cpuinfo cpus cracked crash crate creacio creacion creada crearea
creat creation creato creator creazione creds cree crew criacao cris criteria criterio criterion critical
critico crlf cron crontab cross crown crude crypto cryptographic cryptography cryptsetup csoport csrf ctags
ctype cual cualquier cuda cumulative cuneiform cunoscut curent curenta curl curly currency cursor custom
customer customize cutoff cyan cycle cyclic cyfr cygwin cypress cyrillic czasie czesci dabei dado dagar dage
dagen dager dagster dahili daily dalsich damage damit danego dangerous dangling darfor dari darlig dash
dashboard dataa databasen databaser databaze databazi databricks dataclass datadekryptering datadir datadog
datagram dataset datatype dated dateideskriptor dateien dateiende dateiname dateinamen datelor datenbank
datensatz datenstrom dates datetime dato datotek datoteku datovy datuma daty dbname deactivate deadline
deadlock deaktiver deaktivere deaktiveret deaktivieren deaktiviert deal deallocate deben debil debloca
debogage debugged debuggen debugger debugging debuginfo debut december dechiffrement decide decimal decipher
decision decisions decl declarative declare declined decodage decoder decodifica decodificar decodificare
decomposition decompress decompressor deconnexion decorate decoration decorations decorator decrease
decrement decriptarea decryptor dedicated deduce deduplication deemed deep deeper deepest defecto defer
deferrable deferred deferring defina defineix definer definicao definicoes definie definiert definit definita
definite definitive definovana deflate degenerate deger degere degilse degisken degiskeni degistirildi
degistirilemedi degistiriliyor degistirme degistirmek degli degradation degree dehors dein deine deinem
dekodieren dekryptere dela delai dele delegate delegation delen deliberately delimit delimitador delimiter
deliver delka delku dello delt delta demand demandee demarrer democratic denegado denemesi denen denetimi
denetle deneyin dengan denna deno denominator denote dense density dentro deny department depasse depend
dependances depende dependencia dependencies dependent deplacer deploy deprecate deprecation deps depth
depuracao depuracio deputy dereference deren deres derivative derive dernier derzeit desa desabilita
desabilitado desactiva desactivar desactive desactiver desativar desblocar desc descarca descargar descarta
descend descendant deschide deschiderea descifrado descifrar desconeguda desconhecida desconocida descr
describe descricao descripcion descripteur description descriptions descriptive descritos descrizione desea
deseja deserializer deshabilitado deshabilitar desifrovani designated designation designator designed
desirable desired deskriptor deskriptoru deskryptora desligar despite dess dessa dessen dessous dessus dest
desta deste destegi desteklenmeyen desteklenmiyor destination destinations destinazione destino destroy
destruct destructive destructor detail detaljer detalles detect detectadas detectat detekt determina
determinado determinant determinare determiner dettagli deuxieme devam develop developer devem deveria
deverrouillage devez deviations devolvio devono devre devriez dezelfde diagnose diagnosis diagnostic diagonal
diagram dialect dialer dialogo dice dictionaries died dienst dient diesem diferit difference differentiable
differential differentiate difficult diffie digital digitale digitalocean digito digraph dimension
dimensional dimensionality dimensione dimensioni dimensions dimenticata dinamicos dinamik dins dintre
diperlukan diposit dire direccion directional directionality directive directorul directorului direkte
direktiv direktorij direktorija diretorio direttamente dirname dirs dirty disabilita disagreement disagrees
disallowed disambiguate disambiguation disappeared disc discarded discarding discards discipline disclaimer
disco disconnected discord discouraged discovered discovering discovery discrepancy discrete discriminant
discriminator discussed discussion discussions disp dispatchable dispatched dispatcher dispatching
displacement disponibila disponibili disponiveis dispose disque disregard dissect dist distance distinct
distinguish distinta distinto distortion distribute distutils dito ditto diverge divergence diverse diverso
divisible division divisor dizini django dldump dlopen dlouhe dlouhy dnia dnssec doar dobiti docasne
docasneho docasny dockerconfigjson docs docstring doctrine doctype docutils doda dodaj doel doen dogrulamasn
doing dois doivent dokoncena dokumentation dokumentu dolay dolociti domaine domainname doman domen domena
domeniul domeny dominate domini domovska domowa domyslna domyslne domyslnego domyslnie donada donde donne
donnee dont door doppelte doriti doslo dostep dostepu dostop dostupni dostupnych dosyadan dosyalar dosyalarn
dosyann dosyasnda dosyay dotenv dotnet dots dotted double dovecot dovoljno dowiazan dowiazania down
downloaden downstream downwards dozwolone draft drained draining draw drawn drepper drink droits drop
dropbear dropbox dropped dropping drucken druga drugiej druh dsbt dselect dsnda dtls dtype dual dualstack
dubbele dues dugi dugie dugosc dugosci dumb dummy dumneavoastra dump dumpa dumper duplication duplique
dupliquee durata duration durchfuhren duree durfen durumu durumunu duvodu dvakrat dwarf dying dynamically
dynamiques dynamisk dynamiska dynamodb dynstr dziaa dziaanie dzien eabi eager earliest early ease easier
easiest east eccezione ecdsa echappement echo economic ecosystem ecran ecrire ecriture ed25519 edata
edellisen eder edge edges edilen ediliyor edit edita editar editor eens eerste efecto effacer effect
effective effekt effet effettua effettuare effettuato efficiency efficient effort egalement eggs egyezik
ehhez eigenvalue eight einde einfugen eingegeben einige einstellungen eintrage eject ejecucion ejecuta
ejecute ejemplo ekle eksik eksisterer eksport ekstra elapsed elastic elasticsearch elected election elegant
elem elemente elementen elementer elementi elementu elenca elevate elif eligible eliminare eliminat eliminata
eliminate elimination ellenorzes ellipse ellipsis elliptic eloszor elott else elsewhere elso eltavolitasa
embed embedded embedding emerg emergency emin emission emit emite emitted emitter emitting emot emplacement
employed employee empra emprar emptied emulate emulation emulations emulator enbart encapsulation
encerramento encipher enclose encodage encoder encontraron encounter encouraged encryptor enctype encuentra
ende ended endereco endif ending endings endless endnu endpoint endrer endroit eneedauth enemy eneste enforce
engedelyezese engedelyezett enhance enhancements enhet enheter enkele enkelt enlace enlarge enligt enllac
enllacos ennek enormous enough enquanto enregistre enregistrer enrolled enrollment ensamt ensemble ensure
entertainment entfernen entire entities entitlement entity entonces entrades entrambi entrant entrer entropy
entrypoint entschlusselung entsperrt entsprechenden entspricht entweder enum enumera enumerate enumeration
enumerator envelope enviada enviado enviamos enviat envio environ environmental envoi envoy envoye envvar
ephemeral epilogue epiphany episode epoch epuisee equal equality equated equation equipo equivalence
equivalent equivalente equivocado erase erfolg erheto erkannt erkezett erlaubte ermittelt erneuten errado
erratum erre erreicht errno errone erronea erroneo erroneous errori ersatt erscheint ersetzen ersetzt
erstatte erste erstellt ersten ertek ertekek erteket ervan erzeugt erzwungen es256 esattamente esaurita
esbuild escape esce escolher escrever escriba escribiendo escribir escrita escrito esecuzione eseguito
esempio eseten esiste esistente eslesen eslesmiyor eslint espace espacio especial especificacion
especificador especificat especifico especifique especifiqueu esperada esperado esperando espressione
esqueceu esqueci essa essaye essayer esse essential esses estaba establece establecida estableix establert
establish estadisticas estandar estatico estatisticas estava esteja estejam estendidos esteu estilo estimate
estimation estimator estiverem esto estrategia estructura estrutura esuata etag etant etat etcd etes etiket
etiquette etki etkin etkinlestir etwas euclidean euid euro european evacuate evacuation eval evaluation
evaluations evaste event eventbridge eventually ever everything everywhere evict evidence eviter evolve
exacta exactamente exakt examine example excede excedido exceed excel except exceptia exceptional excepto
excess excessive exclamation excluir exclusion exclusive execstack execucio executables executado executor
exekvera exemple exemplo exempt exhaurit exhausted exhaustive exibicao exidx exige exim existant existeix
existence existent existente existerar expand expansao expansion expansions expect expense expensive
experience experiment experimental expirado expirar expirer explain explanation explicit exploded
exploitation explore exponent exponential exponentiation exporta exporter exportera exportieren expose expr
expresion express expressao expressie expressio extend extensible extensions extensive extent extern externa
external externe externo extraneous extremely eyeballs eyes eylem fabric face facet facilitate facilities
facility facing facon fact factor factorization factory faible failover faire fajlok fajlt fakat faked fall
fallada fallado falsa falschen falscher falso falt faltando falten families family fancy fandt fare farkl
farm fase fast fastapi faster fastest fastlane fatale fatalt fault faulty favore fdatasync fdopen feasibility
feature february fecha federated federation feed feedback feel fehl fehlende fehlender fehlerhaft fehlerhafte
fehlern feilet fejlede felaktiga feld felhasznalok felhasznalonev fell feloldasa felt felter feltet fence
fenetre ferdig fereastra fermer fest festlegen fewer fflush fiction fido fiecare fifo fifteen fifth figlio
figure figyelmeztetes fildeskriptor filehdr fileno fileobj filesize filesystem filetype filho fill filnavn
filnavne fils filslut filtra finale finalize finde finden finder finestra finish finite finne fino fins fiok
fips firebase fired firewall firing firmado firmato fisica fisico fisiere fisierele fits fitting five fixa
fixe fixes fixing fixme fixture fjernelse fjernet flagged flake8 flask flat flatten flavor flavour fleet
flera flexibility flge flger flges flip flipped flit float flock floor fluentd flujo flush flytta fname
focused focuses fold folgen folgende folgenden folja foljande foljs follow follower foloseste folosind
folosit folyamat fonction fonctionne fonctions font fool footer footprint fopen fora forbid forbindelse
forcado forcer forcibly foreach foregaende foreground foreign forekommer forem forged forgery forget
forgetting forgrening fork formada formado formal formate formatet formatted formatter formatting formatu
formatul forme former formula formularios fornecer fornire fornite forse forsk forskellig forsoka fort
fortfarande forth fortran fortsatt fortsatta forvald forvalgt forventede forventet forward fosse founder four
fourier fourni fournie fourth fouten fpic fptr fqdn fraction fractional fractions fragment frame framework
framtiden freed freeipa frees freeze fremtiden frequencia frequencies frequency frequent fresh freshen
freshest friday friendly front frontend frozen fruit fseek fstat fsync fuera fuerza fulfill fullfrt
fullstandig fullstandiga fully func funcao funciones funcname functie functional functionality functions
fundamental fundet fungerar funkce funkcja funktion funktionalitet funktionen funktioner funktioniert funnet
funny funzionalita funzione funzioni furnished furnizat furnizata further furthermore fuse fused fuso fuzzy
fwrite fyll gaan gabi gagal gain gallery galt gammalt gammel gammelt gange ganze gaps garbage garbled gasit
gasita gasite gate gated gateway gather gatt gauge gaussian gave gcloud gedefinieerd gegenstelle gegenwartig
gegeven geheimen geholt geinstalleerd geinstalleerde geladen geldig gelen gelesen gelezen gelieve geloscht
gelukt gemaakt gemmes genau genegeerd genel general generale generalised generalization generalized generare
generata generazione generelt generer generera genug geoffnet geometric geometry georgian gepnev geprobeerd
gerade gerar gercek gereken gerektigini gerer geschehen gescheiden gescheitert geschrieben gesendet
gespeichert gestio gestion gestionar gestione gestionnaire gestire gestore getaddrinfo getattr getcwd getitem
getnameinfo getrennte gets getsockname getter gettext geven gevolgd geweigerd gibi gids gigabytes giltiga
ginv giorni girdi girdisi giristen gitea github gitlab gitleaks gives givet giving gjeldende gjenta glave
gleich gleiche glibc glob global globbing gmtime gniazda goal goala goes gofmt going golang golangci gold
golint gonder gone good google gopls gora goster goto gotten governed governing government gownego grab
graceful gradient gradle gradlew grado grafana grained gram grammar gran grantee granular graph graphic
graphical graphql gravar grave great greater greatest greek green greenwich greeting grep gresit greske grew
groe groep groer grootte ground grow grown growth grpc grunn grupa grupe grupul grupy guarantee guard guardar
guest guidance guide guion gultigen gultiger gunicorn guru guven guvenli guvenlik gyenge gzip habilita
habilitado habitualmente hace hachage hadolint hadoop haertel hakemistoa hakknda half halozati halt halves
hamtning hand handlinger handshake handtekeningen handtere hang hangul hangup hanno hantera hantering haproxy
hardlinks hardware harf harmless hasem hasla hasn hasta hasznalat hasznalja hasznaljon hatalar hatch hatte
haven haver having haya head headless headline health heap hearing heartbeat heavily heavy hebben hedef
height held hele helm helpdesk helpful helst helt helyett helyi helytelen hence hent henuz hereby herhangi
hermitian heroku herstellen hesap hesiel hesle hesly hetzelfde hetzner heure heuristic hianyzik hianyzo
hibernate hicbir hicbiri hidden hide hides hiding hierarchical hierarchies hierarchy high higher highlight
hijo hilfe hills hinzugefugt histogram historic historical historico hitelesito hits hitta hitting hjalp
hjemmemappe hjlp hlaste hlavicka hlavicky hmac hmmmm hodnotou hodnotu hodnoty hold holder hole holen holes
homedir homepage homogeneous honor honour hoppa horaria horario horizontal hors hosszu hosta hostapd
hostbased hostkey hote hotp hour housekeeping however hozzaadasa hs256 html http2 http3 httpx hubspot huge
huidige hulptekst human hunk husk hver hvert hvilke hvilken hybrid hyper hyperlink hyphen hypothetical hyva
iceren icerigi icerik iceriyor icindeki icon iconv idade idata idea ideal ideiglenes identificar
identificatore identificatorul identified identifies identifikator identify identique identita identities
identyfikator identyfikatora identyfikatorow idna ieee iese iesire iesirea iets ifdef ifunc ignorada ignorado
ignorando ignorar ignorat ignorata ignoree ignorer ignorera ignorerar ignoriere ignorieren ignoriert
ignorovat ignorowanie ignoruje ihnen ihop ihrer ihres ikinci iletisim illustrated image imagem imagen
imaginary imap imediatamente imenom immagine immediata immediate immer imminent immutable impact impersonate
impersonation implement implementa implementat implementerat implementiert implib implica implications
implicite implied implies implique implizite imply importa important importante importe importera importieren
importlib impose impostato impostazione impressao imprima imprime imprimir imprint improper improve
improvements inaccessible inaccurate inacica inaktivera inaktiverat inappropriate inattendu inattesa inbox
incapable incapaz incarca incepe incercati incident incidental inclou inclui incluir inclure inclusion
inclusive incluso incoming incompatibly incompativel incomplete inconsistency inconsistent incorect incorecta
incorporate incorreto incr increase increment incremental indata indeed indefinite indeholde indeholder
indeks indeksi indem inden indent independence independent indeterminate indhold indicado indicate indicative
indicato indicator indici indiquee indirect indirizzi indirizzo individual indtast indtastet ineffective
ineligible inequality inet inexact infer inference inferred infinite infinities infinity inflate influence
influxdb inform informa informaci informacii informacija informacije informaciok informaciu informacje
informada informasjon informatii informational informative informe ingenting ingeschakeld ingesteld ingevoerd
ingevoerde inhabilitat inhabitants inherently inherit inheritance inhibit inhoud inicia iniciado
inicializacao inicializar initiale initialise initialiser initialisiert initialize initializer initiate
initiator inizia iniziale inizio inject inkludera inkompatibel inkompatible inkorrekt inloggad inloggade
inloggen inloggningsskal inloggningsuppgifter inndata inne innego innehall innehalla innehallet inneholde
inner innermost innhold inni inny innych inode inom inotify inplace inquiry inschakelen insecure insensitive
inserire inserita inside insieme insignificant insira inspect inspector inspired inst instal instala
instalacao instalaci instalacion instalada instalando installare installato installazione installe installer
installera installere installeren installeret installieren installiert installierten instaluje instance
instancia instanser instant instantiation institute instr instruccion instrucoes instruct instruktioner
instrument insufficiente insuficiente intact intai integral integrate integration integrity intel
intelligence intelligent intend intent intentado intentarlo intentat intentelo intentional interact
interaktivni intercept interceptor interchange interdit interest interfaccia interfata interfaz interfere
interference interficie interior intermedia intermediary intermediate internationalized interner internt
interoperability interp interpolation interpose interpretar interprete interpreter interpretiert interrupt
interruptor intersect interval intervallet intervallo intervalo interworking intestazione intr intrare
intrarea intrarile intre intrinsic introduce introducir introduction introduza introduzida introspect
introuvable ints invalidate invalidity invariant invece inversa inverse invert invertida investigate invia
invio invisible invoca invocation invocations invoer invoice involve inych ioctl ipaddress ipv4 ipv6 iran
irreducible irregular irrelevant isimleri isinstance islands islemi ismi isolate isolation ispisa ispise
ispravno isso issubclass issuer ista iste ister isti istio istiyor istnieje istruzioni italic itanium iter
iterables iterate iterative iterator itibaren itself izbrana izlaz izpisa izraz izrazu jalx janela january
jarjestelman jarsigner javac javascript javax jdbc jeblikket jedan jede jeder jednego jedno jednoczesnie
jednotky jednym jego jelenleg jelszavat jenkins jeste jestlize jeszcze jetty jetzt jinja2 jiny jira jobb
joint joka jonka jota jotka jotta journal journalctl json jsonlint jsonpath jsonschema jste juist july jump
junction june junk junto jusqu just justify jwks kabugu kabuk kabul kadar kafka kaikki kald kaldr kaldrma
kaldrmak kand kanda kanske kanssa kapcsolatos kapcsolo kapcsolok kapcsolot karakteri karakterlanc karte
katakana kataloger katalogow kayd kayt kayta kaytetaan kaytettavissa kaytetty kaytossa kayttaa kayttaja
kaytto kayttoon kazda kazde kazdy kazdym kedaluwarsa keepalive keer keinen kelpaa kelvollinen kendi kennung
kept keras keres kertaa kerul kerult keyblock keyboard keychain keycloak keyed keylist keynote keypad keypair
keysalt keyserver keyslot keytab keytool keyvault kibana kick kiedy kies kiirasa kilepes kilidi kilit kill
kilobytes kimenet kimligi kind kindprozess kinesis kinit kirjoita kiszolgalo kivul kjre klar klass klasse
klavesnice kleinbuchstaben kleine kleinschreibung klici klientens kljuc kljucem kljucna klopt kluczy knock
knots know knowledge koda kode koden kodet kodierung kodovani kohdetta kohteelle kohteen koje kolacic kolon
kolumn kombinasjon kombinationen komentar komento komma kommandoer kommandon kommandoord kommandoraden
kommentar kompatibel komponente komponenten komprimering komputera komt komunikat komutlar komutu komutunu
konca koncu konczy konflikter kong konnten konta kontext kontrollsumma kontrolni kontrolu kontroluje konum
konvertera konyvtar kopfzeilen kopie kopiera kopieren kopiering kopii koppelingen koppla korea korisnicima
korisnicki korisnicko koristite koristiti korning kornyezeti korrekta korrekte kortere kortet koskaan kosong
kotelezo kotlin kotu kovetkezo kratke krav krever kritisk krvet krypter kryptera kryptert krytyczny ktera
kterou ktlint ktore ktorej ktoru ktorych ktorym kube kubeconfig kubectl kubelet kuin kullanarak kullanlabilir
kullanlacak kullanlamaz kullanlmaz kullanlms kullanlyor kullanmak kullanmay kullanyor kurulu kurz kurze kvoli
kvuli kwarg labelled lacio lack ladata ladda ladder lado lager laget lagga lagra lagre lagret laheta laid
lake lambda lame land lanes langa langchain langre language lankar laravel larga larger largest largo laser
lasning laste late latency lateral latest latex latin latin1 latter lattice launcher layer layout lazily lazy
ldapsearch lead leader leaf leap learn leave lectura ledger leere leeren leerer leerzeichen leftover legacy
legal legatura legaturi lege legge legitimate legitimation legivel legt legyen lejart lengte lenker lens
lequel lesbar lesefehler leste letezik letras letrehozasakor lets lett letti leur levo lexer lexical lexing
liability liable libbfd libc libera libname libpq libraries libs libtool licenca licence license lido liens
lies lifecycle lifespan lift ligacao ligacoes ligar lige light lightweight liian lijst likelihood likes
likewise likt limita limiter limitu limm limpar limpiar linear lineno linger linie linjeskift linkage linode
lint lipsa lipseste lisaa lisans lisi listado listagem listaja listan listar listdir listele listener listesi
listesine listy liter litere little live lived livello llamada llarga llvm lngde loader locais locala
localentry localhost locality localizada localizar localized locations locator locaux locker lockfile
logarithm logarithmic logfile logg loggar loggedin loggen logic logiciel login-attempts logs logstash lokaler
lokalne lokalni lokalny lokalt loki lone longa longest longitud longue longueur look loongson loopback loose
loppu loppua loro lorsque lose losenordsfil losenordsfraga loses losing loss lossy lots lower lowest loytynyt
lrlive lseek lsning lstat luck lucru luego luks lukumaara lungo luoda luodaan lyckades lying lyrics maara
maarittele macchina machen machinery magenta maggiore magic magico magnitude mahdollisesti mailbox mailchimp
mailer mailgun main mainline maintain maintainer maintenant maiuscole major majority majuscule makefile maken
makes makine making makra makro maks maksimal maksimale maksimalt maksymalna male malet mali malicious malloc
malo mamba manage mancante mancanti mandates manejo manera mangel mangled manglende manier maniere manifest
manipulate manipulation manner manpage manquante mante mantem manter mantiene manuale manufacturer many mapa
mape mapear mappa mappe mappen mapper maps marca marcado march mare margin marginal mariadb mark markdown
marker markup marshmallow masik mask maske maskiner masodik masquerading mass massima masuk maszyny matcha
matchande matchar matcher mateix mateixa material materialized math mathematical matplotlib matrices matter
mauvaise maven maxdepth maxima maximaal maximalis maximalni maximalt maximize maxlen maxsize maych mayor
mayusculas mbcs mbind md5sum mean meaningful meaningless meant measure mecanismes mecanismos meddelande media
median mediante medio mediu medium meegeven meer meet megabytes megbizhato megfelelo meghiusult megjelenitese
megnyitni megvaltoztatasa meio melden melding meli mellan mellem mellom member membership memcached memo
memorie menit meniu mens mensagens mention mentions mentre menys merchantability merci merk merkki merkkia
merkkijono mert mesaje meses mesma meson mess meta metadata metavar meter metin metod metode metoden metodu
metody metric mezi mezo miatt mici microsoft mida middle midlertidig miec miedzy miejscu mientras migrate
migrations milliseconds mime mimetype mimo mind mindre minimalna minimalni minimize minmax minne minnet minor
mint minus minuscole minuscules minute minuten minuto minutter mips mirror misaligned misc miscellaneous
mises misleading mislukte mislykket misma mismatched mismatches mismatching misplaced miss misslyckad
misslyckade misto misuse mitt mivel mixed mixing mixture mkdir mkstemp mnemonic mnster mnstre mocha moci mock
modalita model modele modelli modello modern modes modificacao modificado modificando modificata
modifications modificato modifiera modtager modular modulename modulu modyfikacji moeten mogelijk mogli
mogliche moglicherweise mogu moguce mogucnosti mohl mohli mohou moje mojligen mold moment momentalne momento
monday monetary mongo mongodb mongosh monitor monkey-patch mono monospace monotonically month mosquitto most
mostradas mostrado motif motion motsvarande motsvarar moved movements mover moves movie moving mozesz mozete
mozliwe mozliwosci mozu mqtt msbuild msgid mssql msvc mtime mtune muiden muisti muita mulig mulige mulighed
mult multe multibyte multidimensional multipart multipla multiplex multiplication multiplicative multiplicity
multiplied multiplier multiplos multivariate multixact munkamenet munmap musl muster musza mutable mutate
mutation mutations mutual muuta muutetaan muze muzete myos mypy mysql nacitat nacte nacteni nagot nagowek
nagowka nagra nainstalovane naive najdena najdene najit najmniej najpierw najst najti nalezen nalezena
nalezeno namedtuple namiesto naming namisto namnet nanoseconds napotkano napovedu napriklad nara nargs narrow
narrower nasl nasledujici naslov nasta nastaven nastavena nastavene nastavenia nastaveny nastavitev
nastavljeno nastavte nastepujace native nativo natural naveden navedeni navedeno navegador navigate
navigation navodila navratovy nawet nayta nazev naziv nazov nazvu nazwe nbsp ncalls ndarray ndre ndrer ndres
near nearby nearest neasteptat nebezpecne nebol nebola nebyla necesar necesario necessari necessary necessita
necessite necunoscut necunoscuta needle negado negate negatif negation negativa negato negeren negligible
nego negotiation neighborhood neighbors neispravan nejprve nejsou nekoliko nektere nelkul nelkuli nello
nemate nemohu nemoze nenalezen neo4j neobsahuje neocakavany neocekavana neocekavany neocekivani neodpovida
neplatna nepodarila nepodporovany nepodporuje nepouzivat nepoznata nepoznati nesmi nesne nesouhlasi nespravna
nessuno nest neste netlify netmask netscape netsdk netwerk network networkmanager netzwerk neuer neukonceny
neutral nevalide neve neveljaven neveljavna nevu newer newest newline newrelic newsletter nezdarilo neznama
nfkc nginx nglen ngleord nice nich nici niciun niedostepna niedostepny niektore nieoczekiwany niepoprawne
niepoprawny nieprawidowa nieprawidowe niewasciwy nieznane nigdy nimi nincsenek ninguno ninja niso nista nisu
niva nivell niza nize nmcli noauth nobits node nodejs nodelete nodename nodes nodig noen noexec noexecstack
nofollow nogen noget noise noisy nokta nolla nollstall nomad nominal nominated nomme non-interactive
nonblocking nonsensical nope norm normala normalen normalize normalizer normalmente normalt north northeast
northwest nota notable notably notation notations noted notes notice notification notifications notified
notify noting notion notre notwendig nous nouvel novejsi november novi nowej nowhere nowy npmrc nsec nsker
ntlm nucleo nuget nulla nulle nulo nulstil numa numar numelui numer numeral numerator numere numeri numerical
numerique numerisch numerisk numeriskt numerous numpy numterms nuovamente nuovi nutzer nuvarande nuvrende
nycklar nyere nykyinen nyni oauth oauth1 oauth2 obbligatorio obdrzeno obecne obiekt obiektu objdump objecte
objective objektet objeto obligations obligatoire oblika oblique obnoveni obnovenie obnovit obraz obrigatoria
obrigatorio obsah obsahu observe observer observera obsolescent obsolete obstaja obsugiwane obsugiwany
obsuguje obtenido obtenu obtingut obtuvo obvious obvykle occasionally occupato occupe occupied occupies
occupy occur occurred occurrence occurring ocekavan ocksa ocsp octet octeti october oczekiwania oczekiwano
odblokowania odblokowanie odczyt odczytac oddelovac odemceni odemknout odkaz odkazu odkazy odomknutie
odotettiin odottamaton odpoved odpovidajici odreeni odrzucone odstraneni odstraneny odstrani odstranit
odszyfrowywanie offending offentlige offer official offload offs often oggetto ohhhh ohio ohitetaan ohjelman
oidc oids oikein okanda okay okna okno okoline okresla okreslenie okreslic okta okunamad okunamyor okundu
okunurken olacak olamaz olas oldalt older oldest oldu oldugu olemassa olet oletus olevaa olika ollama olmadan
olmaldr olmasn olur olustu olusturmak olusturulamad olusturulamyor olusturulan olusturulurken olvashato
olvidado olvido omedelbart omet omezeni omgeving omgevingsvariabelen omision omit omite omitido omitiendo
omitted omitting onbekende onceden onceki onde ondertekend onedrive ones ongoing onjuiste onnistu onnistunut
ontbrekende onto ontvangen onverwacht onverwachte onvoldoende onwards oops opaque opcija opcije opcional
opcja opcode opdatere opdateret opdracht openai openapi opendir openen opener openid openldap opensearch
openvpn opera operace operacional operacji operand operare operate operateur operations operativsystemet
operatore operazione ophalen opis oplysninger opomba opportunity opposed opposite oppure opravnenia
oprettelse oprogramowanie opstod opted optie optimal optimistic optimize optimizer opting optiune optiuni
optiunile oracle orario ordenacao ordinal ordinarily ordinary organisation organization organizational
organizations organized orice orientation oriented original originale originates originating originator
origine orphan ortam orthogonal osim osoby osoite osszes ostatnie otettu otherwise otomatik otra otro
otrzymano ottenuto ottiene ottoman otvorit otvoriti otwierania otworzyc oublie ought ours ourselves outage
outbound outcome outdated outer outermost outfile outgoing outline outlive outpost outputting outre outside
outstanding ouverture ovantat overall overeenkomen overenia overflow overhead overi overitev overlap
overlapping overlay overload overovaci overridden overrun overschreden overschrijven oversize overskredet
overstyr overview overwritten ovjere ovom owned ownership owning owns ozel ozet oznacenie oznacza paalle
pacchetti pachete packager packer packrat padded padding padlock padre padroes pageaddr paged pagerduty pages
pagination paging pairwise paivan pakete paketen paketet pakiet pakietu pakke pakken pakker pakota palabra
palauttaa palette palindrome palvelimen palvelin pamet pameti pamieci pana pandas panel panic panicked
panicking pantalla parado paragraph parallel parallelism param parameterized parametr parametrar parametri
parametric parametrized parametro parametrov parametru parametry paramiko parancs parar paraula parece paren
parent parentheses parenthesis parenthesized pares park parm parola parolanzn parolele parsa partagee parte
parti participate particle particular partitions partners party paseaza pasowac passado passare passcode
passende passenden passender passfile passive passkey passports passt passthrough password-less passwordless
passwort past pasta paste pasujacego pasuje patch pathname pathways patri patro patrones patroon pausa
payload payment paypal pbkdf pclose pcre pcrel peak pedido peeled peeling peephole penalty pendant pending
pengguna percall percentage percentile percorsi percorso perfectly performance pergunta perhaps periodic
peripherique perl perm permanent permessi permesso permis permisa permiso permissible permissive permit
permita permiten permutation permutations persist persistence persistent person personality personnel
perspective pertence pesquisa pesquisar peticions pfad pfade pgdata pgsql phase phdr phone phony photo
physical piattaforma pick pickle picture pids piece piecewise pierwszego pierwszy pincode ping pinned pinning
pinpad pins pipe piped pipeline pipenv pipes pismen pitka pivot pixels pkcs11 pkcs12 pkcs8 plaats placeholder
plage plan planck plane planned planning plat plateforme platforma platformu platne platnym plausible play
playwright pliki plne plot plotting plug plural plutot pnpm poaczenia poaczenie pobierania pobieranie pobrac
podac podaci podaj podana podanego podanej podanie podanych podanym podatke podatkov podepsany poder podeu
podido podla podle podman podobne podpisa podpora podporovan podporovana podporuje podrecznej podria
podrobnosti pods poetry poging point pointeur pointless poisoned poista poistaa poistu pojavi pokial
pokracovat pokretanje pokusaju pokuse pokusy pola polach pole polecen polecenia poli polia polish political
politik politique polje polju poll polozek polozka polozku polozky polu poly poly1305 polygon polymorphic
polynomial pominieto pomoc pomoca pomocy pomyslnie poner poniewaz ponizej ponovno ponovo ponowne ponownego
pontos pool poor pop3 popd popen popis popisa popped popping poprawnie poprzez populate population pornire
porta portability portatil poruke posible posiblemente posicao posicion position positional positions
positive posix poslali poslat posledne posluzitelja posrednika posredniski possede possibilities possibility
possible possibly possivelmente possui posta postavi postaviti postavljanje postavljena posten posterior
postfix postgres postgresql postincrement postmaster posto postoji postpone postu potential potentiellement
poti potoku potom potomka potpisa potreba potrebbe potrebbero potrebno potrebny potrebuje potrivesc
potriveste potrivire potser potvrzeni pound pourrait pouvez pouziji pouzita pouzite pouzitie pouzitim pouzito
pouzity pouziva pouzivane pouzivatelom pouzivatelske povereni povezave povezivanje poveznice povolena
povolene povoleno povoleny povoli power powershell powioda powod powoka powtorzony poza pozadavek pozadovany
pozaduje pozici poziomu poznamka pozor pozycji pracovat practical practice pracy pragma prav prava pravilno
prawidowy prazan prazdna prazdne prazen prazna prazni prazno prctl preamble precede precedence precedent
precedente precedenti precisa precise predchozi predecessor predefined preden predeterminada predeterminat
predicate predictable predicted prediction predmet predponou prefect prefer preferably preference preferred
prefijo prefisso prefixlen prefixo prekladu preliminary premature premere premiere prepare prepend prepinace
prepinacu prerequisite presence presenta presenti preservation preserved preserves preserving preskakuje
preskoci presne pressed pressing pressure presumed pretending prettier pretty preuzimanje prev prevent
preverjanje previa prezent prida pridat prihlasovaciho prihlasovani prijat prijavi prikaze prikazem prikazi
prikazove prikazy prilikom primaire primar primara primare primarily primarni prime primeira primero primi
primit primitive primul principle printer printf prior prioridad prioridade priorita prioritat priorite
prioritet prioritize pripojeni prise prisma pritomen priv privacy privaten privesleutel privilege privilegi
privilegiado privilegie privilegios privkey privzeto priznak priznaky prng probabil probabilities probability
probabilmente probablement probably probando probe probeer problematic probleme problemen problemer problemi
problemy probowanie proc procedimiento procedura procedural proceed procesar procese procesora procesow
processado processamento processed processen processer processes processi processing processor procesy
prochaine procitati procura procurar produce producer product produjo profession profile profiler prog
progbits programe programem programm programmatic programmer programul programvara programvaran programy
progress progressive prohibits project prolog prologue promenna promenne promennych prometheus promises
promising promjena promjene promjenu promote pronaen proof propagate propagation proper propia propiedad
propietari propietario proporciona proporcionado proporcionar proporcionat proportion proportional proposal
propose propriedades proprieta proprietary props prosess prostora prostredi prostredia prot protecao
protector protege proteger protegida protezione proti proto protobuf protocole protocollo protokollen
protokolu protokou prototype provar provavelmente prove provenant proveu provision provisional provjere
provjeru proxies proxima proximo prozesse prufung prvotni prvy przed przejsc przepenienie przetwarzania
przetworzyc przynajmniej przypadku psql psycopg psycopg2 pubblica pubkey public-key publickey publicznego
publique publish publisher pubnames pubtypes puder pudieron pueda puesto puis pulsar pulumi punctuation
punctuator punkt punt puntero punti punto punycode puoi pure purge purpose pusta puste pusty pustym puteti
putin puts putting putty puuttuu puuttuva pycryptodome pydantic pygments pyjwt pylint pymysql pyparsing pypi
pypirc pyproject python python2 python3 pytorch pyyaml quad quadratic quadrature quais quaisquer qual
qualified qualifier qualify qualsevol qualsiasi quantidade quantifier quantiles quantities quantity quanto
quarter quasi quaternions quell quella quelle quello quer queried queries questi question questions queue
quic quick quicker quien quiere quilt quindi quit quite quitter quitting quote quotient rabbitmq rabbitmqctl
race races racunala radce raden radera radicals radix radku radky rail railroad raiz rake ramase randomized
rango rank ranlib raportati rapport rapporter rapportera rare rate ratelimit rather rating ratio rational
rattigheter razlicica razoes razon rcpt rdata rdesktop react reactivated readiness readlink readme readonly
readthedocs ready real realmente realtime rearrange reassembled reassigned rebre rebuilding rebut receipt
receiver reception rechazada rechner rechte rechten recibido recibio recibir recipe recipient reciprocal
reclaimed reclaiming recognise recognition recognize recognizer recommend recompiling reconcile reconnue
reconoce recorder recreated recreating rectangle rectangular recupera recupere recupero recurse recursive
recurso recv recvmsg recycled redact redaka redan redefined redefining redefinition redigera redimensionar
redirected redirecting redirection redirections redirects redis redis-py redo redshift reduce reduction
reductions redundancy redundant refcount refer referencia referens referenser referent referential referer
referral referred referring refined refinement reflect refuser regarded regarding regardless regenerated
regexp regi reginfo region regional regions registo registra registrare registre registries registro regle
regler regolare regra regression regs regular reguliere reindexed reinitialisation reinitializing reinstalled
reissued reject rekey rela relace related relating relation relational relations relationship relativ
relativa relax relay relevant reliably relied relinking reloading reloc relocatable relocated relogio reloj
relro rely remainder remained remains remarks remedy remembered remembering remoto removable removal
remplacement remplacer render renegotiating renesas renew renewal renommage renovar rensa renvoye reopened
reopening reordered reordering repaired repeatedly repeter repetition repl replaced replacement replaces
replacing replayed replica replicate replication replied replies repo reportar reported reporter reporting
reports repositories repr represent representative reproducible requereixen requerida requerido requete
requieren requiert requis requise rerun rescheduled reseau reservation reservations reserved resident
residual resistance resolucao resorting resp respect respective respond responder responsibility resposta
respuesta ressource rest restablecer restablir restante restarted restarting restaurer resten restituito
restored restores restoring restricting restriction restrictions restrictive restricts resultant resultar
resursa retain retea retention retezec retirer retku retorno retour retr retract retrieval retur returnerade
reussie reveal reverse revert revised revision revisions revocable rewind rewriting rezimu riadkov riadku
riadok ricerca ricevuto richtig riconosciuto ridiculously rien riferimento rifiutata righe right rimanenti
rimossa rimuove ring ripristinare ripristino riprova riprovare risc rise risk risky risoluzione risposta
rivilla rlimit rmdir roboczego robots robust rodata rodzaj roff roll rollback rollen rollup rome room rossz
rota rotations roughly round route router routine rovid rowid rows rozhrani rozmiar rozsah rpath rs256
rsa2048 rsrc rsync rtype ruamel rubbish rubocop ruby rubygems ruff ruleset runnable runner runpath runs
runtime ruolo rural rustc rustfmt rustup ryhma saat saatavilla saattaa sabe sabit sada sadant sadece sadrzi
safe safer safest safety sagemaker sahte said sair saisie saisissez sajat saker sakert saknad salah salauksen
sale salesforce salida salir salli sallittu salta saltar saltato salto salva salvate sama samba samen saml
sammen samodejno sample sampler samt samtidigt sandbox sandi sanity saniye satisfaction satisfied satisfies
satisfy satrlarn satter saturday sauf sauvegarde sauvegarder savepoint saves savings saying saylyor says
saysal saysn sbagliata scadra scaduto scala scalar scale scan scanned scanner scatter scegliere scenario
schakel scheduler schimbarea schimbat schlieen schlug schlusselbund schlusseldatei schon schrijven sciences
scientific sciezka sciezki scipy sconosciuta scopeid score scram scratch screen screwed scrierea scris
scritta scrittura scrivere scroll scurt scurta scylla sdist sealed seat sebe sebou seccion seccomp secenegi
secenegini secenek secenekleri secin secondario secondary seconden secondi secondo secp256k1 secret
secretariat secretary secrete secretmanager secretsmanager sections sector secundaria secundario secunde seed
seeing seek seem seen segment segnalare segnale segon seguenti seguida seguido seguinte segunda seguramente
seguro sehen sejam seka sekilde sektion sekundach sekunde sekundi sekundy sekvens selbst seleccion selecciona
seleccionada seleccione seleciona selecionado select selectati selectionne selectionnee selectionner
selective selector selenium selezionato self-signed selfsigned selhal selhala selhani selinux sell selon
semafor semaforo semanas semantic semaphore semble sembol sembolik semgrep semi semnal senal senast sendall
sendauth sende sendfile sendgrid sendmail sendo sendto senere seneste sensitive sentence sentinel sentry
senyal separable separateur separati separator separes september sequelize sequence sequential serao serde
serem serial serializer serie serif serious seront serve servei servere serverless serverul service-account
serviceaccount servicio servir servizio servname servrar sesije sesja sessioner sessoes seta setenv setgid
setgroups setlocale sets setsockopt sett sette setter settled setuid setup setuptools setzt seule seuraa
seuraavat seva severed severity sezeni sezione seznamu sfarsit sfarsitul sframe sfrla sfrlama sgning sha224
sha384 shallow shape sharepoint shave shellcheck shellu shield shift shim ship shipped shlex shockwave
shopify shortcut shorten shortest shorthand shot shouldn shown shrank shrink shstk shuffle shut shutdown
shutting siano sibling siblings sicher sicuro sida side sided sides sidst sidste siehe siffror sifresi sighup
sigint signaal signaalin signala signalled signalu signaturtyp signer signera significant signifie signin
signon signup sigprocmask sigquit sigterm sigue siguiente sikeres sikeresen sikerult sikker sikkert silence
simbolic simbolica simbolici simbolicke simd simdi simdiki similarity simpler simplest simplification
simplified simplify simply simulator simultaneamente simultanement simultaneous sincronizacao singleton
singolo singular singularity singur sinhala sink sinon sintaxa sintaxi sinun sirul sisainen sisaltaa sist
sista sistemi sistemul sistemului sita sites sitio sito situation situations sized sizeof sizes skadni
skadnia skeleton skew skickar skifte sklearn skrev skrevet skripte skriptu skriva skrivit skrivning skrotu
skryptu skulle skupin skupina skupinu skupiny skuste skyldes slaba slabe slack slaet slar slash slated slave
sledi sleep slet slett slice slight slijedi slik slike sloppy slova slow slower slutstatus slutt sluzba
sluzby smack small smaller smallest smart smazat smbclient smije smime smtp snapshot snippet snowflake snyk
sobreescribir sobreescriure sobrescreve sock sockaddr socketio socktype socol soft soit soka soket soketu
sokkel sokning sokvag sokvagar sola solamente solaris sold sole solicitado solicitou solid sollen sollten
solution solutions solve solver somehow somente someone sometime somewhat somewhere somme sommige soname
sonarqube songs sonu soon sophisticated soporta soportada soquete sorry sort sortida sostituzione sotto
souborem soubory soucasne soucasny sought soukromeho soukromy sound south southeast sowa sowo sozcuk
sozdizimi spain spam span spanned spanning spara sparc spare spark sparse spatiu speaking spec speciale
specialize specialni species specifically specificat specificati specificirana specifiee specifier specifik
specifique spectral speculated speculation speculations speculative speed spelled spent sperren spill spin
spinning splice splitting splunk spojeni spoofing sporocila spotbugs sprava spravce spravy sprawdzania
sprawdzanie sprawdzic spread spreadsheet spremeni springboot springframework sprintf sprobowac spurious
spustenie spusti sqlalchemy sqlite sqlserver sqlstate sqrt square squashed squeeze srasnda sshd sshpass sslc
ssmmessages sssd staan staat stab stabileste stabilita stability stabilize stable stack staff stage stahovani
stai stale stall stamde stamp stampa stand standaard standaardinvoer standalone standardeingabe
standardization standardmaig standardne standardni standardowego standardvarde standart standby stang stanga
stanja stanje stanu stanza staple stara starea stareho starlette starred starsi starta startar starte startet
starttls startu startup stary stateless statements stati static statically staticcheck statistic statistical
statistiche statistiky statistiques statt stattdessen statut statystyk stav stavu stay stazeni stdcall stddev
stderr stdio stdout steal stedet steel stehen steht stejne stejnou stejny stelle stemmer step stepping sterge
stessa stesso stevilo stick stickiness sticky stile stimmen stimmten stisknete stmt stockage stod stoder
stolen stopped stoppen stoppet stopping stora storlek storre stort story straight stran strane strangen
strani stranica stranka strategie strategy stray stream streznik streznika strftime strict stricter stride
strip stripe stripped stripping strm strmmen stroje stroke strona strone stronger strongest strongswan
stronie strre strrelsen strtab struct structural struktur strukturu stte stttes stub stuck studio study stuff
sturen stylelint styr suas subcadena subclasses subclassing subcommands subdir subdirectories subject submit
submitted submitting submodules subnet subordinate subore suborov subprocess subs subscriber subscriptable
subscripted subscripting subscription subscriptions subscripts subsequent subset subsidiary subst substantial
substitucio substitueix substitui substitute subtle subtract subversion succeed successes successful
successive successo successor sucedida suche suchen suffered sufficient suffix suficiente suggest sugli suid
suit suite suivant suivi suivre sull sullo suma summaries summarize summary summation summing sums sunday
sunteti sunucusu suorita supabase super superfluous superieure superseded superset superusuario
superutilisateur suport suportado suportat supplement supplemental supplementary supplies supply supporta
supportata supportati supporte supportee suppose supposedly suppress suprime suprimir sure surec suresi
surface surname surrogate surround surum surumu survenir survived suspect suspend suspende suspicious sustav
sustava svar svoje swagger swap swapping sweep swept swig swoje sygna syllable symbolen symboler symbolic
symbolicke symbolicky symbolicznych symbolique symbolischen symbolisen symbolisk symboliska symbolsk
symbolske symfony symlink symm symmetrically symmetry symtab symver sync synchronisation synchronize
synchronous synkronisering synonym synopsis syntactic syntaks syntaksfeil syntaksfejl syntaxfehler syntaxfel
syntaxfout synthetic syscall sysconfig syslog systeem systemctl systemie systemove sysv szama szemelyes
szignal szimbolikus szolgaltatas szukseg tabanl tabela tabell tabella tabellen tabla tableau tablespace tabs
tabulky tache tage tagged tagging tahan tail taille tailored tainted tajne tajny tajnych takaisin take taken
takes taking tako talalat tale talk tallenna tamamland tamano tambe tambien tampered tampon tanml tanmlama
tanto tapauksessa tape tarball tarefa tarfile tarih tarkista tarkistaa tartalmaz tartalmazo tartozik tarz
task tasmaa tasta tavua taytyy team tear technical technique technology tegnet teil tejto teken tekstu tela
telah telecharger telegram teljes tell telnet telo tema temel temperature tempfile temporaire temporal
temporaneo temporar temporare temporaren temporarily temporario tenant tend tenen tener tenga tenha tenir
tensor tensorflow tenta tentativa tentativi tentou tenured tenzij teraz tercih term terminada terminale
terminalen terminar terminare terminata terminato terminator termino termo ternary terraform territory terse
tertiary teste testo tete tetes teto textual thanks theme themselves theorem theoretically theory thereby
therefore thereof theta thin thing things think though thought thousands thread threadsafe threshold threw
thrift throttle throughout throughput throw thrown thumb thumbprint thunk thursday thus tick ticket tidak
tiden tidigare tidligere tidsgransen tied tiedosto tiedostojen tiedostonimet tiedostoon tiedostossa tiedostot
tiedot tier ties tieto tietoja tighter tijd tijdelijk tijdelijke tijdens tila tilbage tilbake tilfj tilga
tilgngelig tilgngelige tilhrer tillad tilladt tillata tillaten tillatet tillatt tillbaka tilldela tillganglig
tillgangliga tillgangligt tillrackligt tillsammans tilstand tilsvarende tilvalget timedelta timeline timer
timescaledb timestamp timezone timing timings timpul timpului tiny tipi tipul tipusa tipusu title tiver tjek
tlsdesc tmpdir toast tobb toctree toda todavia today todo toegang toegestaan tofu together toggle toho tohto
toinen tokenize tokenizer tokio tokyo told tolerance tolerate tolka toma tomcat toml tomorrow tomto tomu
tomuto tone tonight took toolchain toolkit topic toplevel topmost topological torch torlese torna tornar
torneu torque tortent tossed total totalmente toteutettu totp tots tottime touch toujours toute tovabbi
toward tower town trace traceback track tracker trade traditional traducao traefik traffic trail train traite
traiter tramite trampoline trans transaction transactions transaktion transferencia transferir transferred
transferring transform transformer transient transit transitional transitioned transitioning transitive
translate translation translations translator transliteration transmission transmit transmitted transparency
transparent transport transporte transpose trap trapped trapping tras trash trasig trata tratar traversal
traverse travis treat treball tredje tree trees trello trenutnega tresci treti trial triangular trick trig
trigger trimis trimite trimmed trimming trio trip triple trivial trivy troba trobar troca trotzdem
troubleshooting trovare trovati trufflehog truly truncada truncate truncation trunk truth trybie trybu tslint
tudi tudja tudo tuesday tueta tukendi tulosta tuloste tune tuning tunnel tunnistamaton tuple turn turu
turunun tussen tutte tutto tving tweak twee twilio twine twojego tworzenia tych tyhja tymczasowego typecode
typeinfo typescript typeset typically typing typy tyto tyyppi tzinfo ubereinstimmen uberschritten
ubersprungen ubicacion ubuntu uddata udfre udlb udlber udlbet udlobet udskriv udtryk ufunc uguale ugyldigt
uids uint uitgevoerd uitschakelen uitvoer uitvoeren ukaz uklanjanje ukoncen ukonci ulaz ulaza ulimit uloh
ulovlig ulozeny ulozit ultimately umask umgebung umgebungsvariable umiddelbart umjesto umount umozliwia
unacceptable unaccounted unaffected unaligned unallocated unambiguously uname unary unassigned unattended
unauthorised unbalanced unbekannte unblocked unbounded unbuffered unclosed uncompressed unconditionally
unconverted uncovered undeclared undecryptable undef underflow underline underlying underscore undersized
understand understood understttes understttet undetermined undga undo undocumented undret unencrypted
unerwartete unerwarteter unescaped unexpectedly unfinished unfortunately unfulfilled unhandled unhashable
unhashed unhealthy unic unicode unidad unified uniform unify unimplemented uninitialized uninstalled
uninstalling unintended union unions unique unita unite unittest universal universel unlabeled unlikely
unlimited unlinked unlinking unlogged unmarked unmarshal unmatched unmet unmodified unnecessarily unneeded
unopened unordered unpacked unpacking unpaired unparsable unparseable unparsed unpickling unplaced
unprintable unprivileged unprotected unpublished unquoted unreachable unreadable unrecognised unrecoverable
unregistered unregistering unreleased unreliable unrepresentable unresolvable unresolved unseal unsorted
unspecified unsubscribed unter unterminated unterstutzte unterstutzten unterstutzung untrusted untuk unwanted
unwritable upcoming upon uporaba uporabe uporabnika upotreba upozorenje upper upplasning uppstart upravljanje
uprawnienia upsert upsilon upstream upwards urandom urceneho ureaja urgency urgent urlencoded urllib urllib3
urls uroven uruchomic uruchomienia uruchomienie usability usable usan usati uscita usec useful useita useless
userauth userid userinfo uspelo uspesno ustawienia ustawiono ustawiony usted usual usugi usuniecie usuniety
usuwanie utanfor utf16 utf8 utfor utfora utgatt util utilice utilisant utilisee utilisent utilities utility
utilitzar utilitzeu utilizacao utilizare utilizarea utilizat utilizata utilizate utilizati utilizatorului
utilize utilizeaza utilizza utilizzando utilizzare utilizzato utilizzo utskrift uttryck uttrykk utvonal
utworzenia utworzyc uuid uvedene uvedeny uvicorn uvijek uvnitr uwierzytelniajacych uwsgi uygulama uygun
uyumsuz uzerindeki uzerinden uzerine uzivatelem uzivatelu uzycia uzyciu uzytkownicy uzytkownikow uzyty uzywa
uzywana uzywane uzywanie uzywany vaara vacuum vagrant vague vaihda vaihdettu vaihtaminen vaikka valasszon
valget valgte validacion valider validity valilla valita valitse valitsimelle valitsimet valitsinta valittu
valja valkey valo valoare valoarea valori valorile valt valtozat valtozatlan valtozo vanha vanished vanligen
vannak vantar varatlan vardet vardnamn variabel variabelen variabila variabile variabili variadic variance
variation variations variavel varies variety varijabla varijablu varios varje varmistaa varname varningar
vart varten vary vasho vast vecchia vecchio veces veche vectorize vedere vedno veel vegades vegeu vehicle
veja vektor veld velden velge velika velikost velikosti veljavna veljavno velka velke velky vencida vendar
vendor veneer venga vengono ventana venter veraltet verandert verarbeiten verarbeitet verb verbatim verbinden
verbinding verbindung verbosity vercel verdadeiro verder verdien vereiste vereisten verejnym vergessen
vergeten vergrendelen veri verificadas verificate verificatie verificato verifie verifiera verifieren
verifikation verilen verilmis verisi verkar verkeerd verkrijgen verlassen verlopen verloren vermek verouderd
verplicht verra verranno verrou verrouillage verrouiller versa verschlusselung versionsinformation
versionsnummer versiune versiunea versjon versjonen versoes versuchte versus vertex vertical verwacht
verweigert verwerken very verze verzeichnissen verzeichnisses verzenden verzia verzie verzoek vetsi veure
vhodny viac vice vicino victim vidare video videre viele viestin view viewer viimeinen viimeisin vilka vilken
vilket vinden vindo violate violation violations virgulas virgules virov virt virtuale virtualization virtuel
virtuelle visas vises visibility visitor visning vissa vissza visual visualize visualizza visualizzare vite
vitest vlastnikem vlastnosti vlge vliw vlozit vlozte vnitrni vnos vnosa voci voer void voida voidaan voit
volani volatile volba volgende volgens volieb volledige vollstandige volte volum volver voreinstellung
vorgabe vote voulez vraiment vrati vrdi vrdien vrdier vrednost vrednosti vremena vrijednost vrijednosti
vrijeme vrstica vsebuje vsech vsechna vseh vstup vstupu vtable vulnerabilities vuoksi vyber vybrana vychozi
vykonanie vykonat vynutit vypis vypisat vypisovat vypnout vypnuto vyprsel vyprsela vyprseni vypsat vyrazu
vystup vystupni vystupu vytvareni vytvoreni vytvoreny vyzadovan vyzvy vzdy vzor vzoru waar waarin waarop
wachtwoordwijziging wacz waczyc wahrend wahrscheinlich waiter waitpid wake wakeup walk wall warm warn warp
warranty warten wartosci wasn waste watch watchdog wave ways waznosci wczytac weaken weaker weakref webauthn
webhook webpack website websocket wedge wednesday wedug week weekday weer weight weird weitere weiteren
weitergeben wejscia wejscie wejsciowych welche well weniger went werror wersja wersje wersji werte
weryfikacji wewnetrzny wget whatsoever wheel whence whenever whereas whichever whilst white whiteout
whitespace whole whom whoops whose wide wider width wiecej wieder wiederholen wielkosc wielu wiersz wiersza
wifi wiki wikipedia wild wildcard win32 winbind window winning winrm wire wireguard wirklich wish wissen
withdrawn witness wlan wobei woke wollen wont work workaround worker workflow workload workspace world
worldwide worry worst wort wpis wpisow wpisu wprowadz wrap wrapped wrapper wrapping writeback writer written
wrote wsgi wurzel wyacznie wyaczona wyaczone wyaczyc wybor wyjscie wykonac wykonania wykonywania wymagana
wymagany wypisanie wypisywania wypisywanie wystapi wyswietla wyswietlania wyswietlanie wywoanie wzorcow
x25519 x509 xattr xcodebuild xcoff xhtml xifrat xmin xmllint xmlns xsrf xtensa yacc yalnzca yaml yamllint
yapar yaplamad yaplamyor yapld yaplyor yardm yardmc yarn yazdr yazlm yazlyor yazma yderligere year yerel
yesterday yhdessa yield yine yksi yksityisen yleinen yoktur yonetici york younger yourself yrita yritettiin
ytterligare yubikey yyyy zaczyna zadajte zadaneho zadani zadania zadanou zadanym zadna zadne zadnej zadnja
zaglavlje zahl zahlavi zahlen zahteva zahtevana zahtijeva zakazano zakazat zakaze zaklade zakonczenia
zakonczenie zakonczone zaktualizowac zalogowac zamiast zanim zapis zapisa zapisac zapise zapisu zapisuje
zapped zarizeni zasifrovane zastosowanie zaten zato zaustavi zavisi zavislosti zavrsi zawartosci zaznamu
zaznamy zbog zdroj zdroje zdrojovych zdroju zeby zeichenkette zeigt zeilen zeituberschreitung zelfs zendesk
zera zertifikat zeton zezwolenie ziadna ziadne ziadny zich ziel zignorowano zile zipfile ziskani zjistit
zkontrolovat zkusi zkuste zlib zlyhal zlyhala zlyhanie zmenen zmenil zmeny zmian zmiany zmien zmieniony
zmienna zmienne zmiennej znaci znaczenie znakiem znakom znakova znakove znalezc znaleziono znamena znamo
zoals zobrazit zobrazovat zobrazuje zone zoned zones zoom zorunlu zostalo zostay zoznam zpracovani zprava
zpusob zrusit zstandard zstd zuerst zugegriffen zugewiesen zugreifen zukunft zuruckgesetzt zuruckgewiesen
zvolit zwak zweimal zwischen zwykle
"""


def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is an ordinary one, whatever it begins or ends with."""
    return _is_in(_ordinary(), word)


def is_usual(word: str) -> bool:
    """Whether it is one of those that may stand right behind "password", where others are secrets."""
    return _is_in(_usual(), word)


@cache
def _usual() -> frozenset[str]:
    return frozenset(_SAID_OF_SECRETS.split())


@cache
def _ordinary() -> frozenset[str]:
    return _usual().union(_SAID_OF_ELSE.split())


def _is_in(words: frozenset[str], word: str) -> bool:
    return len(word) < 4 or _has(words, word) or _has(words, _BEGINNING.sub("", word))


def _has(words: frozenset[str], word: str) -> bool:
    stem = _ENDING.sub("", word)
    return word in words or (len(stem) > 3 and (stem in words or stem + "e" in words))
