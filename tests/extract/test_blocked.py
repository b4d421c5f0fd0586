"""Block pages are told from content by what they are made of."""

import gzip
import importlib.util

import pytest

from monitor.errors import BlockedPage
from monitor.extract import extract
from monitor.extract.blocked import blocked_by, refused_by
from monitor.kinds.entries import iso_moment

URL = "https://example.org/news/1"
NOW = iso_moment("2026-11-24T12:00:00Z")


def page(body: str = "", head: str = "", title: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def named(title: str, text: str = "") -> str:
    return page(f"<h1>{title}</h1><p>{text}</p>", title=title)


def marked(marks: str, text: str = "Please wait.") -> str:
    return page(f"<div>{text}</div>{marks}", title="example.org")


WALLS = {
    "Cloudflare": [
        named("Just a moment..."),
        named("Один момент…", "Проверка безопасности подключения"),
        marked("<script>(function(){window._cf_chl_opt={cvId:'3',cType:'managed'};}());</script>"),
        marked("<form id='challenge-form' action='/?__cf_chl_f_tk=x' method='POST'></form>"),
        page("<div id='cf-wrapper'><div id='cf-error-details'><h1>Sorry, you have been blocked</h1></div></div>"),
    ],
    "DataDome": [
        marked("<script>var dd={'rt':'c','cid':'AHrl','host':'geo.captcha-delivery.com'}</script>"),
        '{"url":"https://geo.captcha-delivery.com/captcha/?initialCid=AHrlqAAAA"}',
    ],
    "HUMAN (PerimeterX)": [
        named("Access to this page has been denied", "Press & Hold to confirm you are a human"),
        marked("<div id='px-captcha'></div><script>window._pxAppId='PX1'</script>"),
    ],
    "Akamai": [
        marked("<div id='sec-if-cpt-container'></div><script src='/_sec/cp_challenge/sec-3.js'></script>"),
    ],
    "Imperva": [
        page(
            "<iframe id='main-iframe' src='/_Incapsula_Resource?SWUDNSAI=31&incident_id=1'>Request unsuccessful</iframe>"
        ),
        named("Pardon Our Interruption", "As you were browsing something about your browser made us think."),
    ],
    "AWS WAF": [marked("<script>window.gokuProps={'key':'AQID'}</script><div id='challenge-container'></div>")],
    "DDoS-Guard": [
        named("DDoS-Guard", "Checking your browser before accessing"),
        marked("<script src='https://check.ddos-guard.net/check.js'></script>"),
        marked("<img src='/.well-known/ddos-guard/id/Qk'>"),
    ],
    "Qrator": [marked("<script src='/__qrator/qauth_utm_v2_9118.js'></script>", "")],
    "Yandex SmartCaptcha": [marked("<form id='checkbox-captcha-form' action='/checkcaptcha?key=1'></form>")],
    "Google": [marked("<form id='captcha-form' action='index' method='post'></form>", "Unusual traffic")],
    "a captcha": [
        named("Вы не робот?"),
        marked("<form><div class='g-recaptcha' data-sitekey='x'></div></form>"),
        marked("<div class='cf-turnstile' data-sitekey='x'></div>"),
    ],
    "a check of the browser": [
        named("Проверка браузера", "Подождите несколько секунд"),
        named("Checking your browser before accessing example.org"),
    ],
    "a refusal": [named("Access Denied", 'You don\'t have permission to access "http://example.org/" on this server.')],
    "an order of a court or state": [
        page("<h1>Доступ к информационному ресурсу ограничен</h1><a href='https://eais.rkn.gov.ru/'>Реестр</a>"),
        page("<h1>Доступ к сайту ограничен</h1><a href='http://mininform.gov.by/'>Министерство</a>", title="Сайт"),
    ],
    "a consent wall (Sourcepoint)": [
        page("<div id='app'></div>", "<script src='https://cdn.privacy-mgmt.com/wrapper.js'></script>")
    ],
    "a consent wall (Didomi)": [page("", "<script src='https://sdk.privacy-center.org/x/loader.js'></script>")],
    "a login page": [page("<form><input name=u><input type=password></form>", title="Войти")],
    "a page that needs JavaScript": [
        page(
            "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div><script src=a.js></script>"
        ),
        page("<p>Please enable JavaScript and cookies to continue</p><script src=a.js></script>"),
    ],
}


@pytest.mark.parametrize(("vendor", "html"), [(name, html) for name, pages in WALLS.items() for html in pages])
def test_a_wall_is_named(vendor, html):
    assert blocked_by(html.encode(), URL) == vendor


def test_a_wall_at_an_address_of_its_own():
    long = "<p>We and our partners store and read information on a device.</p>" * 80
    assert blocked_by(page(long), "https://consent.google.com/m?continue=x") == "a consent wall"
    form = f"{long}<form><input type='password'></form>"
    assert blocked_by(page(form), "https://example.org/login?next=/news/1") == "a login page"


@pytest.mark.parametrize(
    "address", ["/zustimmung?url=%2Fnews%2F1", "/consent?return=%2Fnews%2F1", "/de/consent/?next=/"]
)
def test_a_wall_at_an_address_that_tells_where_to_return_to(address):
    asked = "<p>Wir und unsere Partner verarbeiten Daten.</p>" * 12
    wall = page(f"<div id='sp_message_container_1'></div>{asked}<button>Akzeptieren</button>", title="Weiterlesen")
    assert blocked_by(wall.encode(), f"https://e.test{address}") == "a consent wall"
    assert blocked_by(wall.encode(), "https://e.test/consent-and-the-law?id=5") is None
    assert blocked_by(wall.encode(), "https://e.test/news/consent") is None


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le"])
def test_a_wall_in_utf_16_is_told(charset):
    wall = WALLS["Cloudflare"][0].encode(charset)
    assert blocked_by(wall, URL, f"text/html; charset={charset}") == "Cloudflare"
    feed = "<?xml version='1.0' encoding='utf-16'?><rss><channel><title>Captcha</title></channel></rss>"
    assert blocked_by(feed.encode(charset), URL, f"text/xml; charset={charset}") is None


def test_extraction_takes_no_wall_for_an_article():
    with pytest.raises(BlockedPage, match="Cloudflare"):
        extract(WALLS["Cloudflare"][2], URL, now=NOW)


ARTICLE = "".join(
    f"<p>Абзац {at}: как работает _cf_chl_opt и зачем сайтам captcha-delivery.com.</p>" for at in range(9)
)
MENU = "".join(f"<a href='/{at}'>Рубрика {at}</a>" for at in range(60))


@pytest.mark.parametrize(
    "html",
    [
        # What is written of the vendors, in the text and in the title.
        page(
            f"<h1>Just a moment: Cloudflare down</h1><code>window._cf_chl_opt={{}}</code>{ARTICLE}",
            title="Just a moment: Cloudflare down | Outlet",
        ),
        page(
            f"<h1>Доступ к сайту ограничен</h1>{ARTICLE}<a href='/'>Новости</a>",
            title="Доступ к сайту ограничен | Издание",
        ),
        # What the vendors put into every page that they protect.
        page(
            f"<h1>Итоги</h1>{ARTICLE}<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>window.__CF$cv$params={{}}</script>"
        ),
        page(
            f"<h1>Итоги</h1>{ARTICLE}<script src='https://js.datadome.co/tags.js'></script><script>window._pxAppId='PX1'</script>"
        ),
        page(f"{ARTICLE * 4}<script src='https://sdk.privacy-center.org/loader.js'></script>"),
        # A form for comments with a captcha, and one to log in.
        page(f"<h1>Итоги</h1>{ARTICLE * 2}<form><input type=password><div class='g-recaptcha'></div></form>"),
        page(f"<p>{'Коротко о главном. ' * 15}</p><form><div class='g-recaptcha'></div></form>"),
        # A headline that begins like the title of a login page, beside a form to log in.
        page(
            f"<h1>Вход войск НАТО</h1>{MENU}{ARTICLE}<form><input type=password></form>",
            title="Вход войск НАТО в страну не обсуждается | Издание",
        ),
        page(
            f"<h1>Вход войск НАТО</h1><p>{'Об этом сообщил представитель министерства. ' * 8}</p><input type=password>",
            title="Вход войск НАТО",
        ),
        # What is written of a block, on a page with few links, with its source.
        page(
            f"<h1>Доступ к WhatsApp в России ограничен</h1><p>{'Об этом сообщило ведомство во вторник. ' * 8}</p>"
            "<a href='https://rkn.gov.ru/news/1'>Роскомнадзор</a>",
            title="Доступ к WhatsApp в России ограничен | Издание",
        ),
        # Drawn by scripts, with the story in its data.
        page(
            f"<div id=root></div><noscript>Enable JavaScript</noscript><script type='application/json'>{'x' * 3000}</script>"
        ),
        # A brief on a page of next to nothing.
        page("<h1>Минск</h1><p>Стороны подписали договор.</p>", title="Минск"),
    ],
)
def test_content_is_no_wall(html):
    assert blocked_by(html.encode(), URL) is None


def test_a_feed_is_never_looked_at_for_walls():
    feed = b"<?xml version='1.0'?><rss><channel><title>Access denied</title><item><title>Captcha</title></item></channel></rss>"
    assert blocked_by(feed, URL) is None


@pytest.mark.parametrize(
    ("status", "headers", "body", "vendor"),
    [
        (403, {"cf-mitigated": "challenge"}, "", "Cloudflare"),
        (503, {"CF-Mitigated": "challenge"}, "", "Cloudflare"),
        (403, {"Server": "cloudflare"}, "", "Cloudflare"),
        (503, {"server": "cloudflare"}, WALLS["Cloudflare"][2], "Cloudflare"),
        (503, {"server": "cloudflare"}, "<html><title>Maintenance</title><body>Back soon</body></html>", None),
        (403, {"server": "ddos-guard"}, "", "DDoS-Guard"),
        (401, {"server": "QRATOR"}, "", "Qrator"),
        (403, {"Server": "AkamaiGHost"}, WALLS["a refusal"][0], "Akamai"),
        (403, {"x-datadome": "protected"}, "", "DataDome"),
        (202, {"x-amzn-waf-action": "challenge"}, "", "AWS WAF"),
        (503, {}, WALLS["DDoS-Guard"][0], "DDoS-Guard"),
        (403, {"server": "nginx"}, "<h1>403</h1>", None),
        (451, {}, "", "an order of a court or state"),
    ],
)
def test_a_refusal_names_who_refused(status, headers, body, vendor):
    assert refused_by(status, headers, body.encode()) == vendor


@pytest.mark.slow
def test_no_real_page_or_feed_is_taken_for_a_wall(shared_data):
    """1,051 pages of publishers, 586 feeds, 33 channel previews; the one block page among them is found."""
    spec = importlib.util.spec_from_file_location("evaluate", shared_data / "extraction" / "evaluate.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    found = {}
    for name in ("fundus", "wcxb-articles-dev"):
        pages, truth = scorer.load(shared_data / "extraction", name)
        found |= {key: blocked_by(pages[key], row["url"]) for key, row in truth.items()}
    for path in [*(shared_data / "feeds").iterdir(), *(shared_data / "pages").iterdir()]:
        body = path.read_bytes()
        found[path.name] = blocked_by(gzip.decompress(body) if path.suffix == ".gz" else body, URL)
    assert len(found) > 1600
    assert {name: vendor for name, vendor in found.items() if vendor} == {"derived__challenge_page.xml": "Cloudflare"}
