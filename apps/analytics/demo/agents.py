"""Who asks: browsers with about the shares they have, programs that paint link previews, and crawlers."""

from dataclasses import dataclass

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
CHROME_MOBILE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36"
)
EDGE = CHROME + " Edg/{}.0.0.0"
FIREFOX = "Mozilla/5.0 ({}; rv:{}.0) Gecko/20100101 Firefox/{}.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{} Safari/605.1.15"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"
)
WEBVIEW = (
    "Mozilla/5.0 (Linux; Android 15; {}; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/148.0.0.0 Mobile Safari/537.36 {}"
)
WINDOWS = "Windows NT 10.0; Win64; x64"
MAC = "Macintosh; Intel Mac OS X 10_15_7"
LINUX = "X11; Linux x86_64"
APPLE_MOBILE = "Mobile/15E148"


ANDROID = "Mozilla/5.0 (Linux; Android {}; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 {}Safari/537.36"


@dataclass(frozen=True)
class Agent:
    """`weight` is its share within its group. `networks` is where programs come from; people come from their providers."""

    text: str
    weight: float
    chromium: bool = False
    networks: tuple[str, ...] = ()


DESKTOP = (
    *(Agent(CHROME.format(WINDOWS, version), weight, True) for version, weight in ((150, 30), (149, 9), (146, 2))),
    *(Agent(CHROME.format(MAC, version), weight, True) for version, weight in ((150, 13), (149, 4))),
    Agent(CHROME.format(LINUX, 150), 2.5, True),
    Agent(EDGE.format(WINDOWS, 150, 150), 11, True),
    Agent(EDGE.format(WINDOWS, 149, 149), 3, True),
    *(Agent(SAFARI.format(version), weight) for version, weight in (("26.1", 7), ("18.6", 4), ("17.6", 1))),
    *(Agent(FIREFOX.format(system, 152, 152), weight) for system, weight in ((WINDOWS, 4), (MAC, 1.5), (LINUX, 1.5))),
    Agent(FIREFOX.format(WINDOWS, 140, 140), 1),
    Agent(f"{CHROME.format(WINDOWS, 149)} OPR/135.0.0.0", 2, True),
    Agent(f"{CHROME.format(WINDOWS, 148)} Vivaldi/7.9", 0.5, True),
    Agent(CHROME.format("X11; CrOS x86_64 14541.0.0", 150), 2, True),
    Agent(CHROME.format("Windows NT 6.1; Win64; x64", 109), 0.4, True),
)
MOBILE = (
    *(
        Agent(IPHONE.format(system, f"Version/{version} {APPLE_MOBILE} Safari/604.1"), weight)
        for system, version, weight in (("18_7", "26.1", 24), ("18_6", "18.6", 12), ("17_6_1", "17.6", 4))
    ),
    Agent(IPHONE.format("18_7", f"CriOS/150.0.0.0 {APPLE_MOBILE} Safari/604.1"), 5),
    *(Agent(CHROME_MOBILE.format(version), weight, True) for version, weight in ((150, 28), (149, 10), (147, 4))),
    Agent(SAMSUNG, 6, True),
    Agent("Mozilla/5.0 (Android 15; Mobile; rv:152.0) Gecko/152.0 Firefox/152.0", 1),
    *(
        Agent(ANDROID.format(system, model, version, "Mobile "), weight, True)
        for system, model, version, weight in (
            (14, "SM-A546B", 148, 4),
            (13, "SM-A135F", 141, 2),
            (14, "2201117TY", 146, 2),
            (15, "23127PN0CG", 149, 1.5),
            (12, "CPH2269", 138, 1),
            (15, "Pixel 9", 150, 2),
            (14, "moto g54 5G", 147, 1),
        )
    ),
    Agent(f"{ANDROID.format(15, 'SM-S928B', 148, 'Mobile ')} OPR/92.0.0.0", 0.7, True),
)
# What is left when phones and desks are taken away: tablets, televisions, consoles, headsets.
TABLET_AND_MORE = (
    Agent(
        "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.1 Mobile/15E148 Safari/604.1",
        10,
    ),
    Agent(ANDROID.format(14, "SM-X710", 149, ""), 5, True),
    Agent(ANDROID.format(13, "Lenovo TB-J606F", 144, ""), 2, True),
    Agent(ANDROID.format(11, "KFTRWI", 132, "").replace("Chrome/", "Silk/132.4.1 like Chrome/"), 2),
    Agent(
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36",
        1,
    ),
    Agent(
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 WebAppManager",
        0.7,
    ),
    Agent(
        "Mozilla/5.0 (PlayStation; PlayStation 5/9.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Safari/605.1.15",
        0.4,
    ),
    Agent(EDGE.format("Windows NT 10.0; Win64; x64; Xbox; Xbox One", 140, 140), 0.3),
    Agent(
        "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) "
        "OculusBrowser/41.1.0 Chrome/140.0.0.0 VR Safari/537.36",
        0.3,
    ),
)
IN_APP = (
    Agent(IPHONE.format("18_7", f"{APPLE_MOBILE} [FBAN/FBIOS;FBAV/540.0.0.38.105;FBDV/iPhone15,3;FBSV/18.7]"), 6),
    Agent(IPHONE.format("18_7", f"{APPLE_MOBILE} Instagram 405.0.0.29.89 (iPhone15,2; iOS 18_7; en_GB)"), 8),
    Agent(WEBVIEW.format("SM-S918B", "[FB_IAB/FB4A;FBAV/540.0.0.47.109;]"), 5),
    Agent(WEBVIEW.format("Pixel 8", "Instagram 405.0.0.54.81 Android"), 5),
    Agent(IPHONE.format("18_7", f"Version/26.1 {APPLE_MOBILE} Safari/604.1"), 6),
    Agent(CHROME_MOBILE.format(150), 5, True),
)
META = ("173.252.64.0/18", "66.220.144.0/20")
AMAZON = ("3.208.0.0/12", "52.0.0.0/11")
GOOGLE = ("66.249.64.0/19",)
# Offices of nobody in particular.
OFFICES = ("198.18.0.0/16",)
HOSTERS = ("5.9.0.0/16", "51.68.0.0/16", "167.99.0.0/16", "3.64.0.0/12", "20.64.0.0/12", "139.162.0.0/16")
PREVIEWS = (
    Agent("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 9, networks=META),
    Agent("WhatsApp/2.25.30.77 A", 8, networks=OFFICES),
    Agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", 7, networks=AMAZON),
    Agent("TelegramBot (like TwitterBot)", 3, networks=("149.154.160.0/20",)),
    Agent(
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        2,
        networks=("108.174.0.0/20",),
    ),
    Agent("Twitterbot/1.0", 2, networks=("199.16.156.0/22",)),
    Agent("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", 2, networks=("35.192.0.0/12",)),
)
BOTS = (
    Agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 22, networks=GOOGLE),
    Agent("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 10, networks=("40.77.167.0/24",)),
    Agent("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 16, networks=("54.36.148.0/22",)),
    Agent(
        "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", 9, networks=("185.191.171.0/24",)
    ),
    Agent(
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
        12,
        networks=("20.171.206.0/23",),
    ),
    Agent(
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        6,
        networks=("3.144.0.0/13",),
    ),
    Agent("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", 3, networks=("5.255.224.0/19",)),
    Agent("python-requests/2.32.5", 5, networks=HOSTERS),
    Agent("curl/8.16.0", 2, networks=HOSTERS),
    Agent("Go-http-client/2.0", 3, networks=HOSTERS),
    Agent("", 12, networks=(*HOSTERS, *OFFICES)),
)
CHECKERS = (
    Agent("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 8, networks=("216.144.248.0/21",)),
    Agent("LinkChecker/10.6 (+https://linkchecker.github.io/linkchecker/)", 2, networks=OFFICES),
    Agent("", 1, networks=OFFICES),
)
# They say that they are browsers; only where they come from, and how little they send, gives them away.
SCRAPERS = (
    Agent(CHROME.format(WINDOWS, 124), 6, networks=HOSTERS),
    Agent(CHROME.format(LINUX, 117), 3, networks=HOSTERS),
    Agent(CHROME.format(LINUX, 131).replace("Chrome/", "HeadlessChrome/"), 2, networks=HOSTERS),
    Agent(SAFARI.format("15.4"), 1, networks=HOSTERS),
)
