"""Small heaps of nasty values, from which rules and events are made, so that they meet."""

from datetime import UTC, datetime, timedelta

# fmt: off
TEXTS = [
    "spring", "Spring", "SPRING", "spring sale", "springs", "a", "b", "ab", "abc", "A", "0", " ", "  a ", "null", "NULL", "\\N",
    "'", '"', "`", "\\", "\\'", "''", "\\\\'", "a'b", "') OR 1=1 --", "{r0:String}", "%s", "%(a)s", "$1", ";", "/*", "--", "?",
    "\n", "\r\n", "\t", "\b\f\v\a", "a\nb", "a\0b", "\0", "\x1b[31m", "\x7f", "\u2028", "\u202e", "\ufeff", "\u200b", "\ufffd",
    "é", "e\u0301", "É", "ß", "ẞ", "SS", "ı", "İ", "i̇", "ſ", "\u212a", "K", "σ", "ς", "Σ", "ǆ", "😀", "👨‍👩‍👧", "日本", "١", "𝟘",
    "j\u030c", "ǰ", "%", "_", "a%b", "^a$", ".", "a.b", "[a]", "(a)", "a|b", "*", "+", "{1}", "\\d", "\\Q", "x" * 300,
    "Mozilla/5.0 (X11; Linux x86_64)", "https://www.example.com/a?b=c#d", "de", "DE", "ENG", "human", "bot", "link", "live",
]
BYTES = [
    b"\xff", b"\xc3", b"\xa9", b"\xc3\xa9", b"\xed\xa0\x80", b"\xf0\x9f", b"\xc0\x80", b"a\xff", b"\xffa", b"\xe2\x82",
    b"\xff\0\xff",
]
RIGHT_DOMAINS = [
    "example.com", "www.example.com", "a.b.example.com", "com", "example", "xn--e1afmkfd.xn--p1ai", "k.test",
    "пример.рф",
]
DOMAINS = [
    *RIGHT_DOMAINS, "notexample.com", "example.com.evil.test", "Example.COM", "example.com.", "www.example.com:8080",
    "example.com.:80", "[::1]:80", ":80", ".", "..", ".example.com", "www.xn--e1afmkfd.xn--p1ai", "a.\u212a.test",
]
ADDRESSES = [
    "10.0.0.1", "10.255.255.255", "11.0.0.0", "9.255.255.255", "0.0.0.0", "255.255.255.255", "192.0.2.7", "127.0.0.1",
    "::ffff:10.0.0.1", "::FFFF:10.0.0.1", "::ffff:a00:1", "0:0:0:0:0:ffff:10.0.0.1", "::10.0.0.1", "::", "::1", "0:0:0:0:0:0:0:0",
    "2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db9::", "2001:db7:ffff::", "fe80::1%eth0", "fe80::1", "ffff::",
    "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "1::2:3:4:5:6:7:8",
    "1:::2", "1::2::3", "10.0.0.01", "010.0.0.1", "::1.2.3.04", "10.0.0", "10.0.0.256", "10.0.0.1 ", " 10.0.0.1", "10.0.0.1:80",
    "[::1]", "unknown", "10.0.0.1\0", "\0", "10.0.0.1/8", "１０.0.0.1", "::g", ":", ":::", "::1.2.3", "12345::", "0x0a.0.0.1",
]
NETWORKS = [
    "10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "192.0.2.0/24", "10.0.0.0/9", "10.128.0.0/9", "::/0", "::1", "::", "2001:db8::/32",
    "2001:db8::1/128", "::ffff:10.0.0.0/104", "::ffff:0:0/96", "::ffff:0:0/95", "::/64", "fe80::/10", "ffff::/16", "::/1",
    "8000::/1",
]
SMALL_NUMBERS = [0, 1, 2, 200, 302, 404, 65_535]
NUMBERS = [*SMALL_NUMBERS, 65_536, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63, 2**64 - 1]
# Names that rules can say; events have the empty one and bytes too.
PARAMETERS = ["sub1", "SUB1", "sub 1", "é", "a.b", "'", "{x}", "\\", "utm_source", "\u212a"]
HEADERS = ["accept-language", "Accept-Language", "ACCEPT-LANGUAGE", "x-a.b", "via", "cooKie", "k"]
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Etc/GMT+12",
    "Africa/Casablanca",
]
# Around changes of the clock, of days, of years. One block may have rows of a hundred months.
DAYS = [(1990, 1, 2), (2011, 12, 30), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1), (2027, 1, 1), (2040, 3, 25), (2105, 12, 31)]
MOMENTS = [
    datetime(*day, tzinfo=UTC) + timedelta(hours=hour, milliseconds=milliseconds)
    for day in DAYS
    for hour in (0, 1, 2, 6, 11, 15, 23)
    for milliseconds in (-1, 0, 1)
]
ATOMS = [
    "a", "b", "spring", "é", "😀", "\u212a", "ſ", ".", r"\.", r"\d", r"\w", r"\W", r"\s", r"\S", "[a-c]", "[^a]", "[[:alpha:]]",
    r"\pL",
    r"\p{Greek}", r"\PN", r"\x41", r"\x{e9}", r"\n", "\n", "^", "$", r"\A", r"\z", r"\b", r"\B", r"\C", "(?i)", "(?-s)", "(?m)",
    "(?i:Ab)", "()", "-", " ", r"\0", r"\x00", "]", r"\\", "'", r"\|", "[]a]", "[.]", "(a|b)", "(?:ab|)", "|", "(?P<n>a)", r"\pC",
    "^.$", "a.b", "..",
]
QUANTIFIERS = ["", "", "", "*", "+", "?", "{2}", "{0}", "{1,2}", "*?", "+?", "{2,}"]
# fmt: on
