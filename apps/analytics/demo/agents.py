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


@dataclass(frozen=True)
class Agent:
    """`weight` is its share within its group."""

    text: str
    weight: float
    chromium: bool = False


DESKTOP = (
    *(Agent(CHROME.format(WINDOWS, version), weight, True) for version, weight in ((150, 30), (149, 9), (146, 2))),
    *(Agent(CHROME.format(MAC, version), weight, True) for version, weight in ((150, 13), (149, 4))),
    Agent(CHROME.format(LINUX, 150), 2.5, True),
    Agent(EDGE.format(WINDOWS, 150, 150), 11, True),
    Agent(EDGE.format(WINDOWS, 149, 149), 3, True),
    *(Agent(SAFARI.format(version), weight) for version, weight in (("26.1", 7), ("18.6", 4), ("17.6", 1))),
    *(Agent(FIREFOX.format(system, 152, 152), weight) for system, weight in ((WINDOWS, 4), (MAC, 1.5), (LINUX, 1.5))),
    Agent(FIREFOX.format(WINDOWS, 140, 140), 1),
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
)
IN_APP = (
    Agent(IPHONE.format("18_7", f"{APPLE_MOBILE} [FBAN/FBIOS;FBAV/540.0.0.38.105;FBDV/iPhone15,3;FBSV/18.7]"), 6),
    Agent(IPHONE.format("18_7", f"{APPLE_MOBILE} Instagram 405.0.0.29.89 (iPhone15,2; iOS 18_7; en_GB)"), 8),
    Agent(WEBVIEW.format("SM-S918B", "[FB_IAB/FB4A;FBAV/540.0.0.47.109;]"), 5),
    Agent(WEBVIEW.format("Pixel 8", "Instagram 405.0.0.54.81 Android"), 5),
    Agent(IPHONE.format("18_7", f"Version/26.1 {APPLE_MOBILE} Safari/604.1"), 6),
    Agent(CHROME_MOBILE.format(150), 5, True),
)
PREVIEWS = (
    Agent("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 9),
    Agent("WhatsApp/2.25.30.77 A", 8),
    Agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", 7),
    Agent("TelegramBot (like TwitterBot)", 3),
    Agent("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", 2),
    Agent("Twitterbot/1.0", 2),
    Agent("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", 2),
)
BOTS = (
    Agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 22),
    Agent("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 10),
    Agent("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 16),
    Agent("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", 9),
    Agent("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)", 12),
    Agent("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", 6),
    Agent("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", 3),
    Agent("python-requests/2.32.5", 5),
    Agent("curl/8.16.0", 2),
    Agent("Go-http-client/2.0", 3),
    Agent("", 12),
)
CHECKERS = (
    Agent("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 8),
    Agent("LinkChecker/10.6 (+https://linkchecker.github.io/linkchecker/)", 2),
    Agent("", 1),
)
