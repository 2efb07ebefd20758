"""What login pages, error pages, cookie walls and bot checks say, in Europe's main languages.

Each sign is one thing that such a page tells or offers its reader, as the beginnings of the
phrases that say it. They are the words of a page that speaks to its reader ("forgot your
password?"), not those of a text about such pages ("people forget their passwords").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NO_WORD = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page that is no article.

    ``name`` ends the sentence "It looks like ...". ``titles`` are whole titles or lines that
    say what the page is; ``signs`` are groups of phrases that may stand anywhere in it.
    """

    name: str
    titles: frozenset[str]
    signs: tuple[tuple[str, ...], ...]


def plain_words(text: str) -> str:
    """Lower-case words with single spaces between and around them: what phrases are sought in."""
    return f" {_NO_WORD.sub(' ', text.replace('’', chr(39)).casefold()).strip()} "


def _kind(name: str, titles: str, *signs: str) -> PageKind:
    return PageKind(name, frozenset(_phrases(titles)), tuple(map(_phrases, signs)))


def _phrases(lines: str) -> tuple[str, ...]:
    return tuple(plain_words(phrase).rstrip() for phrase in " ".join(lines.split()).split(" / "))


PAGE_KINDS = (
    _kind(
        "a login page",
        """log in / login / sign in / please log in / please sign in / member login / anmelden /
        anmeldung / einloggen / se connecter / connexion / identification / iniciar sesión /
        acceder / accedi / accesso / iniciar sessão / entrar / inloggen / aanmelden /
        zaloguj się / logowanie / logga in / log ind / logg inn / войти / вход / увійти / вхід""",
        """forgot password / forgot your password / forgotten your password / forgot my password /
        forgot username / lost your password / reset your password / passwort vergessen /
        kennwort vergessen / mot de passe oublié / mot de passe perdu / olvidaste tu contraseña /
        has olvidado tu contraseña / ha olvidado su contraseña / password dimenticata /
        hai dimenticato la password / esqueceu a senha / esqueceu sua senha / esqueci minha senha /
        esqueceu-se da palavra-passe / wachtwoord vergeten / zapomniałeś hasła /
        nie pamiętasz hasła / glömt lösenord / glömt ditt lösenord / glemt adgangskode /
        glemt passord / забыли пароль / забули пароль / zapomněli jste heslo""",
        """remember me / keep me signed in / keep me logged in / stay signed in /
        angemeldet bleiben / eingeloggt bleiben / se souvenir de moi / rester connecté /
        recordarme / mantener la sesión / ricordami / resta collegato / lembrar-me /
        manter sessão / onthoud mij / ingelogd blijven / zapamiętaj mnie / kom ihåg mig /
        husk mig / husk meg / запомнить меня / запам'ятати мене""",
        """don't have an account / no account yet / need an account / create an account /
        create your account / create a new account / create a free account / not a member yet /
        new here / new customer / noch kein konto / noch keinen account / konto erstellen /
        jetzt registrieren / pas encore de compte / pas encore inscrit / créer un compte /
        créez un compte / no tienes cuenta / no tienes una cuenta / crear una cuenta /
        crear cuenta / non hai un account / crea un account / não tem uma conta / criar conta /
        criar uma conta / nog geen account / account aanmaken / nie masz konta / załóż konto /
        skapa konto / skapa ett konto / opret konto / opprett konto / нет аккаунта /
        зарегистрируйтесь""",
        """please log in / please sign in / please login / you must be logged in /
        you need to be logged in / you must log in / you need to log in / log in to continue /
        log in to view / log in to access / log in to read / log in to your account /
        sign in to continue / sign in to view / sign in to access / sign in to read /
        sign in to your account / bitte melden sie sich / bitte melde dich / bitte loggen sie /
        bitte anmelden / veuillez vous connecter / veuillez vous identifier /
        connectez-vous pour / connectez-vous à / debes iniciar sesión / inicia sesión para /
        inicie sesión para / accedi per / effettua l'accesso / faça login para /
        inicie sessão para / log in om / u moet ingelogd zijn / je moet ingelogd zijn /
        zaloguj się aby / logga in för att / log ind for at / logg inn for å / войдите чтобы""",
        """username password / user name password / email password / e-mail password /
        email address password / e-mail address password / username or email password /
        username or email address password / enter your password / enter your username /
        benutzername passwort / benutzername kennwort / e-mail passwort /
        e-mail-adresse passwort / identifiant mot de passe / adresse e-mail mot de passe /
        email mot de passe / usuario contraseña / correo electrónico contraseña /
        email contraseña / nome utente password / utilizador palavra-passe / usuário senha /
        e-mail senha / gebruikersnaam wachtwoord / e-mailadres wachtwoord / login hasło /
        nazwa użytkownika hasło / e-mail hasło / логин пароль / почта пароль /
        användarnamn lösenord / e-post lösenord / brugernavn adgangskode / brukernavn passord""",
        """continue with google / log in with google / login with google / sign in with google /
        sign up with google / continue with facebook / log in with facebook /
        sign in with facebook / continue with apple / sign in with apple / sign in with github /
        sign in with microsoft / log in with sso / mit google anmelden / weiter mit google /
        anmelden mit google / continuer avec google / se connecter avec google /
        continuar con google / iniciar sesión con google / continua con google /
        accedi con google / continuar com o google / entrar com google / doorgaan met google /
        inloggen met google / kontynuuj z google / zaloguj się przez google / войти через""",
    ),
    _kind(
        "an error page",
        """404 / error 404 / 404 error / 404 not found / 404 page not found / 404 file not found /
        error 404 not found / not found / page not found / file not found / 410 gone /
        this page isn't available / this page does not exist / page does not exist /
        sorry page not found / 403 / 403 forbidden / forbidden / access denied / 429 /
        429 too many requests / too many requests / 500 / 500 internal server error /
        internal server error / 502 bad gateway / bad gateway / 503 / 503 service unavailable /
        503 service temporarily unavailable / service unavailable / gateway timeout /
        504 gateway time-out / error / oops / something went wrong / seite nicht gefunden /
        404 seite nicht gefunden / fehler / fehler 404 / zugriff verweigert /
        page non trouvée / page introuvable / erreur 404 / accès refusé / página no encontrada /
        error 404 página no encontrada / acceso denegado / pagina non trovata / accesso negato /
        página não encontrada / acesso negado / pagina niet gevonden / toegang geweigerd /
        nie znaleziono strony / strona nie istnieje / strona nie została znaleziona /
        sidan hittades inte / sidan kunde inte hittas / siden blev ikke fundet /
        siden findes ikke / siden finnes ikke / страница не найдена / сторінку не знайдено""",
        """page you are looking for / page you're looking for / page you were looking for /
        page that you are looking for / page that you're looking for / page you requested /
        page you have requested / page you tried / page you are trying / link you followed /
        link you clicked / url you requested / content you are looking for /
        content you're looking for / couldn't find the page / can't find the page /
        couldn't find that page / can't find that page / cannot find the page /
        requested url was not found / requested page could not be found / requested page cannot /
        von ihnen gesuchte seite / von ihnen aufgerufene seite / von ihnen angeforderte seite /
        die gesuchte seite / die angeforderte seite / die gewünschte seite /
        seite die sie suchen / page que vous recherchez / page que vous cherchez /
        page que vous avez demandée / page que vous demandez / la page demandée /
        página que buscas / página que busca / página que estás buscando /
        página que está buscando / página solicitada / pagina che stai cercando /
        pagina che cerchi / pagina richiesta / página que procura / página que você procura /
        página que está procurando / pagina die je zoekt / pagina die u zoekt /
        opgevraagde pagina / strona której szukasz / strony której szukasz / żądana strona /
        sidan du letar efter / sidan du söker / siden du leder efter / siden du søger /
        siden du leter etter / запрашиваемая страница / страница которую вы ищете""",
        """may have been moved / may have been removed / may have been deleted /
        might have been removed / might have been moved / has been moved or /
        has been removed or / has been deleted or / was moved or / was moved removed /
        no longer exists or / doesn't exist or / does not exist or / is no longer available /
        wurde verschoben oder / wurde gelöscht oder / verschoben oder gelöscht /
        verschoben gelöscht oder / existiert nicht mehr / existiert leider nicht /
        n'existe pas ou / n'existe plus / a été déplacée ou / a été supprimée ou / no existe o /
        ha sido eliminada o / ha sido movida o / non esiste o / è stata rimossa o /
        è stata spostata o / não existe ou / foi removida ou / foi movida ou /
        bestaat niet meer / bestaat niet of / is verplaatst of / is verwijderd of /
        nie istnieje lub / została usunięta lub / została przeniesiona lub / finns inte eller /
        har flyttats eller / har tagits bort / findes ikke eller / er flyttet eller /
        finnes ikke eller / возможно она была / была удалена или / была перемещена или""",
        """go to the homepage / go to homepage / go to the home page / go to our homepage /
        back to the homepage / back to homepage / back to home / back to the home page /
        return to the homepage / return to homepage / return to the home page / return home /
        go back home / go home / take me home / to the front page / to the previous page /
        zur startseite / zurück zur homepage / retour à l'accueil / retour à la page d'accueil /
        retourner à l'accueil / page d'accueil / volver al inicio / ir al inicio /
        a la página de inicio / a la portada / torna alla home / torna alla pagina iniziale /
        voltar para o início / voltar à página inicial / página inicial / naar de homepage /
        naar de startpagina / wróć na stronę główną / wróć do strony głównej /
        na stronę główną / till startsidan / til forsiden / на главную""",
        """check the url / check the address / check the spelling / check that the address /
        check that the url / check the link / try searching / try a search / try our search /
        try using the search / use the search / use the menu / use the navigation /
        überprüfen sie die adresse / überprüfen sie bitte die / prüfen sie die /
        nutzen sie die suche / verwenden sie die suche / nutzen sie unsere suche /
        vérifiez l'adresse / vérifier l'adresse / vérifiez l'url / utilisez le moteur /
        utilisez la recherche / compruebe la dirección / comprueba la dirección /
        comprueba la url / usa el buscador / utilice el buscador / controlla l'indirizzo /
        controlla l'url / utilizza la ricerca / verifique o endereço / use a pesquisa /
        controleer het adres / controleer de url / gebruik de zoekfunctie / sprawdź adres /
        sprawdź czy adres / skorzystaj z wyszukiwarki / kontrollera adressen / använd sökningen /
        проверьте адрес / проверьте правильность / воспользуйтесь поиском""",
        """404 not found / 404 page / 410 gone / 403 forbidden / 429 too many / 500 internal /
        502 bad / 503 service / 504 gateway / error 400 / error 401 / error 403 / error 404 /
        error 410 / error 429 / error 500 / error 502 / error 503 / error 504 / error code /
        fehler 403 / fehler 404 / fehler 500 / erreur 403 / erreur 404 / erreur 500 /
        errore 404 / erro 404 / fout 404 / błąd 404 / fel 404 / fejl 404 / ошибка 404""",
        """try again later / try again in a few / try again in a moment / try again shortly /
        try again soon / try refreshing / später erneut / später noch einmal /
        später noch mal / réessayer plus tard / réessayez plus tard /
        réessayer ultérieurement / inténtalo más tarde / inténtelo más tarde /
        inténtalo de nuevo / inténtelo de nuevo / riprova più tardi / riprovare più tardi /
        tente novamente / probeer het later / spróbuj ponownie / försök igen / prøv igen /
        prøv igjen / попробуйте позже / повторите попытку""",
        """server is temporarily / server is currently / server encountered / server is unable /
        site is temporarily / site is currently / website is currently / service is temporarily /
        temporarily unavailable / down for maintenance / undergoing maintenance /
        something went wrong / an error occurred / an error has occurred /
        an unexpected error / you don't have permission / you do not have permission /
        currently offline / we're having technical / wartungsarbeiten /
        ein fehler ist aufgetreten / ist ein fehler aufgetreten / une erreur est survenue /
        une erreur s'est produite / se ha producido un error / ha ocurrido un error /
        en mantenimiento / en maintenance / si è verificato un errore / ocorreu um erro /
        er is een fout opgetreden / er ging iets mis / er is iets misgegaan / wystąpił błąd /
        ett fel uppstod / ett fel har / der opstod en fejl / det oppstod en feil /
        произошла ошибка""",
    ),
    _kind(
        "a cookie wall",
        """before you continue / privacy settings / privacy choices / your privacy /
        your privacy choices / we value your privacy / we care about your privacy /
        we respect your privacy / cookie consent / cookie settings / cookie preferences /
        cookie notice / cookies / cookie-einstellungen / datenschutzeinstellungen /
        wir schätzen ihre privatsphäre / wir respektieren ihre privatsphäre /
        gestion des cookies / nous respectons votre vie privée / valoramos tu privacidad /
        valoramos su privacidad / rispettiamo la tua privacy / valorizamos a sua privacidade /
        wij respecteren je privacy / wij respecteren uw privacy / cenimy twoją prywatność /
        szanujemy twoją prywatność""",
        """we use cookies / we and our partners / we and our / we store and / site uses cookies /
        website uses cookies / uses cookies to / wir verwenden cookies / wir nutzen cookies /
        wir und unsere / website verwendet cookies / seite verwendet cookies /
        seite nutzt cookies / setzen cookies ein / nous utilisons des cookies / nous et nos /
        ce site utilise des cookies / utilisons des traceurs / utilizamos cookies /
        usamos cookies / este sitio utiliza cookies / este sitio web utiliza /
        nosotros y nuestros / utilizziamo i cookie / utilizziamo cookie / usiamo i cookie /
        questo sito utilizza / noi e i nostri / este site utiliza cookies /
        wij gebruiken cookies / we gebruiken cookies / deze website gebruikt cookies /
        wij en onze / używamy plików cookie / używamy cookies / korzystamy z plików /
        my i nasi / vi använder cookies / vi använder kakor / vi bruger cookies /
        vi bruker cookies / vi bruker informasjonskapsler / мы используем cookie /
        мы используем файлы cookie""",
        """accept all / allow all / reject all / decline all / refuse all / accept cookies /
        reject cookies / accept and continue / accept and close / agree and continue /
        i agree / alle akzeptieren / alle cookies akzeptieren / alle ablehnen / alles akzeptieren /
        akzeptieren und weiter / tout accepter / tout refuser / accepter et fermer /
        accepter et continuer / continuer sans accepter / aceptar todo / aceptar todas /
        rechazar todo / rechazar todas / aceptar y continuar / accetta tutti / accetta tutto /
        rifiuta tutti / rifiuta tutto / aceitar todos / rejeitar todos / alles accepteren /
        alle cookies accepteren / alles weigeren / akceptuj wszystkie / zaakceptuj wszystkie /
        odrzuć wszystkie / acceptera alla / godkänn alla / avvisa alla / accepter alle /
        afvis alle / godta alle / avvis alle / принять все / отклонить все""",
        """manage preferences / manage your preferences / manage settings / manage cookies /
        manage options / manage choices / manage my choices / customize settings / customise /
        change settings / cookie settings / cookie preferences / privacy settings /
        show purposes / more options / cookie-einstellungen / einstellungen verwalten /
        einstellungen anpassen / privatsphäre-einstellungen / paramétrer les cookies /
        paramétrer mes choix / gérer mes choix / gérer les cookies / personnaliser mes choix /
        configurar cookies / configurar las cookies / gestionar opciones /
        gestisci preferenze / gestisci le preferenze / gestisci opzioni / personalizza /
        gerir preferências / gerenciar preferências / gerir opções / instellingen beheren /
        voorkeuren beheren / instellingen aanpassen / cookie-instellingen /
        zarządzaj ustawieniami / zarządzaj opcjami / hantera cookies / hantera inställningar /
        tilpas indstillinger / administrer valg / настроить cookie""",
        """our partners / and our partners / list of partners / legitimate interest /
        unsere partner / unseren partnern / berechtigtes interesse / berechtigten interesse /
        nos partenaires / intérêt légitime / nuestros socios / interés legítimo /
        nostri partner / interesse legittimo / nossos parceiros / onze partners /
        gerechtvaardigd belang / nasi partnerzy / nasi zaufani partnerzy / våra partner /
        vores partnere / våre partnere""",
        """personalised ads / personalized ads / personalised advertising /
        personalized advertising / personalised content / personalized content /
        store and or access / withdraw your consent / change your consent / your consent /
        change your mind at any time / by clicking / personalisierte anzeigen /
        personalisierte werbung / ihre einwilligung / ihre zustimmung /
        publicités personnalisées / votre consentement / anuncios personalizados /
        su consentimiento / tu consentimiento / annunci personalizzati / il tuo consenso /
        o seu consentimento / gepersonaliseerde advertenties / uw toestemming /
        je toestemming / spersonalizowane reklamy / spersonalizowanych reklam /
        twoją zgodę / ditt samtycke / dit samtykke""",
    ),
    _kind(
        "a check against bots",
        """just a moment / one moment please / attention required / attention required cloudflare /
        checking your browser / security check / verifying you are human /
        verify you are human / are you human / are you a robot / human verification /
        robot check / captcha / ddos-guard / access to this page has been denied /
        pardon our interruption / please wait / einen moment / einen moment bitte /
        sicherheitsprüfung / un instant / vérification de sécurité / un momento /
        um momento / een moment geduld / chwileczkę""",
        """verify you are human / verify that you are human / verify you are a human /
        verifying you are human / verify you are not / verify that you are not /
        confirm you are human / confirm that you are human / prove you are human /
        prove you're not / make sure you're not a / make sure you are not a /
        make sure you are human / you are a human / i'm not a robot / i am not a robot /
        are you a robot / you're a robot / kein roboter / kein bot / sie ein mensch sind /
        pas un robot / êtes un humain / êtes humain / no eres un robot / no soy un robot /
        eres humano / es humano / non sei un robot / non sono un robot / não é um robô /
        não sou um robô / geen robot / een mens bent / nie jesteś robotem / nie jestem robotem /
        inte är en robot / inte en robot / ikke er en robot / ikke en robot / вы не робот /
        я не робот""",
        """checking your browser / checking if the site / security of your connection /
        performing security / security check / security verification / bot protection /
        ddos protection / security service to protect / browser wird überprüft /
        überprüfen ihren browser / sicherheit ihrer verbindung / vérifions votre navigateur /
        vérification de votre navigateur / sécurité de votre connexion /
        verificando su navegador / comprobando su navegador / seguridad de su conexión /
        seguridad de tu conexión / controllo del browser / sicurezza della connessione /
        segurança da sua conexão / beveiliging van uw verbinding / проверка браузера /
        проверка вашего браузера""",
        """enable javascript / enable cookies / enable java script / turn on javascript /
        turn javascript on / javascript is disabled / javascript is required /
        javascript and cookies / allow cookies / cookies enabled / aktivieren sie javascript /
        javascript aktivieren / aktivieren sie cookies / aktivieren sie bitte /
        activer javascript / activez javascript / activer les cookies / habilite javascript /
        habilita javascript / active javascript / abilita javascript / abilitare javascript /
        attiva javascript / ative o javascript / schakel javascript / włącz javascript /
        włącz obsługę / aktivera javascript / aktiver javascript / включите javascript""",
        """ray id / reference id / incident id / request id / event id / performance security by /
        performance and security by / your ip / protected by captcha / protected by recaptcha /
        powered by cloudflare / ddos protection by / ihre ip / votre ip / su ip / tu ip""",
        """unusual traffic / unusual activity / automated requests / automated queries /
        automated traffic / suspicious activity / malicious / you have been blocked /
        were blocked / ungewöhnlichen datenverkehr / ungewöhnliche aktivität /
        verdächtige aktivität / trafic inhabituel / activité inhabituelle /
        activité suspecte / tráfico inusual / actividad inusual / traffico anomalo /
        attività insolita / tráfego incomum / ongebruikelijk verkeer / nietypowy ruch /
        подозрительный трафик / подозрительная активность""",
        """complete the captcha / solve the captcha / enter the captcha / enter the characters /
        solve this puzzle / solve the puzzle / complete the security / please wait /
        please stand by / this process is automatic / this may take a few / you will be redirected /
        browser will redirect / bitte warten / einen augenblick / veuillez patienter /
        por favor espere / espere unos / attendere prego / attendi / por favor aguarde /
        even geduld / proszę czekać / vänligen vänta / vent venligst / подождите""",
    ),
)
