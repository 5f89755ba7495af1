"""What a visitor came with, by agents and client hints."""

import pytest
import ua_parser

from apps.ingress.enrich.device import VERSION, Device, device
from apps.ingress.enrich.device.parser import parse
from tests.ingress.make import an_event

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME_ON_WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36"
CHROME_ON_LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36"
REDUCED = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


def an_android(model: str, *, mobile: bool = True, version: str = "14", suffix: str = "") -> str:
    middle = " Mobile" if mobile else ""
    return f"Mozilla/5.0 (Linux; Android {version}; {model}) {WEBKIT} Chrome/141.0.0.0{middle} Safari/537.36{suffix}"


def of(agent: str, **hints: str) -> Device:
    headers = [
        (f"Sec-CH-UA-{name.replace('_', '-')}" if name != "brands" else "Sec-CH-UA", value)
        for name, value in hints.items()
    ]
    return device(an_event(user_agent=agent, headers=headers))


def browser_of(agent: str, **hints: str) -> str:
    found = of(agent, **hints)
    return f"{found.browser} {found.browser_version}".strip()


def os_of(agent: str, **hints: str) -> str:
    found = of(agent, **hints)
    return f"{found.os} {found.os_version}".strip()


def test_ua_parser_runs_its_fast_resolver() -> None:
    assert ua_parser.RegexResolver is not None
    assert parse(CHROME_ON_WINDOWS).user_agent is not None


def test_an_agent_is_read_whole() -> None:
    found = of(f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1")

    assert found == Device("phone", "Apple", "iPhone", "iOS", "18.5", "Safari", "18.5", VERSION)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME_ON_WINDOWS, "Chrome 141"),
        (an_android("Pixel 9"), "Chrome 141"),
        (f"{IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", "Chrome 141"),
        (f"{CHROME_ON_WINDOWS} Edg/141.0.0.0", "Edge 141"),
        (an_android("Pixel 9", suffix=" EdgA/141.0.0.0"), "Edge 141"),
        (f"{CHROME_ON_WINDOWS} OPR/120.0.0.0", "Opera 120"),
        ("Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.289 Version/12.02", "Opera 12.02"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox 141"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0", "Firefox 141"),
        (f"{IPHONE} FxiOS/141.0 Mobile/15E148 Safari/605.1.15", "Firefox 141"),
        (an_android("SM-S911B", suffix="").replace("Chrome/", "SamsungBrowser/28.0 Chrome/"), "Samsung Internet 28"),
        ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", "Internet Explorer 10"),
        (f"{CHROME_ON_WINDOWS} YaBrowser/25.8.0.0", "Yandex Browser 25.8"),
        (f"{CHROME_ON_WINDOWS} Vivaldi/7.5", "Vivaldi 7.5"),
        (f"{IPHONE} Mobile/15E148", "Safari (in-app)"),
        (an_android("Pixel 9; wv").replace("Chrome/", "Version/4.0 Chrome/"), "Android WebView 141"),
        (f"{IPHONE} Mobile/15E148 Instagram 380.0.0.29.91 (iPhone14,3; iOS 18_5)", "Instagram 380"),
        (f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/510.0.0.40.99;FBDV/iPhone14,3]", "Facebook 510"),
        (an_android("V2055A; wv", suffix=" MMWEBID/1 MicroMessenger/8.0.50"), "WeChat 8"),
        (an_android("SM-S911B; wv", suffix=" trill_360105 BytedanceWebview/d8a21c6"), "TikTok"),
        (f"{IPHONE} GSA/390.0 Mobile/15E148 Safari/604.1", "Google app 390"),
    ],
)
def test_a_browser_has_the_name_that_people_say(agent: str, expected: str) -> None:
    assert browser_of(agent).startswith(expected)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME_ON_WINDOWS, "Windows 10"),
        ("Mozilla/5.0 (Windows NT 6.1; rv:52.0) Gecko/20100101 Firefox/52.0", "Windows 7"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15", "macOS 10.15"),
        (CHROME_ON_LINUX, "Linux"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/141.0.0.0 Safari/537.36", "ChromeOS 14541"),
        (an_android("Pixel 9", version="4.4.2"), "Android 4.4"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "iOS 18.5"),
        (IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS") + " Version/18.5 Mobile/15E148 Safari/604.1", "iPadOS 18.5"),
        (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/108.0.0.0 Safari/537.36", "webOS"),
        (f"Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) {WEBKIT} Version/7.0 TV Safari/537.36", "Tizen 7"),
        (an_android("KFTRWI", mobile=False), "Fire OS"),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 650) Edge/15.15254", "Windows Phone 10"),
        ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5", "KaiOS 2.5"),
        ("UCWEB/2.0 (MIDP-2.0; U; Adr 4.2.2; en-US; GT-I9100) U2/1.0.0 UCBrowser/9.4 U2/1.0.0 Mobile", "Android 4.2"),
    ],
)  # fmt: skip
def test_a_system_has_the_name_that_people_say(agent: str, expected: str) -> None:
    assert os_of(agent) == expected


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME_ON_WINDOWS, "desktop"),
        (CHROME_ON_LINUX, "desktop"),
        (an_android("SM-S911B"), "phone"),
        (an_android("SM-S911B", mobile=False), "phone"),
        (an_android("SM-X710", mobile=False), "tablet"),
        (an_android("SM-T500"), "tablet"),
        (an_android("Unknown", mobile=False), "tablet"),
        (IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS"), "tablet"),
        ("Dalvik/2.1.0 (Linux; U; Android 9; Unheard Of)", "phone"),
        ("Nokia6300/2.0 (05.50) Profile/MIDP-2.0 Configuration/CLDC-1.1", "phone"),
        (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/108.0.0.0 Safari/537.36", "tv"),
        (an_android("BRAVIA 4K VH2 Build/RTT2.230712.001", mobile=False), "tv"),
        (an_android("AFTKA", mobile=False), "tv"),
        (an_android("A350 TV"), "phone"),
        (f"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) {WEBKIT} Version/13.0 Safari/605.1.15", "console"),
        ("Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NintendoBrowser/5.1.0", "console"),
        (f"Mozilla/5.0 (X11; Linux x86_64; Quest 3) {WEBKIT} OculusBrowser/37.0 Chrome/132.0 VR Safari/537.36", "wearable"),
        (f"Mozilla/5.0 (X11; GNU/Linux) {WEBKIT} Chromium/79.0 Chrome/79.0 Safari/537.36 Tesla/2024.26", "car"),
        (f"Mozilla/5.0 (Linux; Tizen 2.3; FamilyHub) {WEBKIT} Version/2.3 Mobile Safari/537.3", "appliance"),
        ("Mozilla/5.0 (Linux; U; en-US) AppleWebKit/528.5+ (KHTML, like Gecko) Version/4.0 Kindle/3.0 Safari/528.5+", "other"),
    ],
)  # fmt: skip
def test_a_device_is_of_a_type(agent: str, expected: str) -> None:
    assert of(agent).device_type == expected


@pytest.mark.parametrize(
    ("model", "brand"),
    [
        ("SM-S911B", "Samsung"),
        ("Pixel 9 Pro", "Google"),
        ("Redmi Note 12", "Xiaomi"),
        ("2312DRA50G", "Xiaomi"),
        ("POCO X7", "POCO"),
        ("CPH2581", "OPPO"),
        ("RMX3771", "Realme"),
        ("V2318", "Vivo"),
        ("moto g84 5G", "Motorola"),
        ("VOG-L29", "Huawei"),
        ("TECNO CK7n", "Tecno"),
        ("Doogee S98", "Doogee"),
        ("Unheard-Of 5", ""),
    ],
)
def test_a_model_tells_its_maker(model: str, brand: str) -> None:
    found = of(an_android(model))

    assert found.device_brand == brand
    assert found.device_model
    assert found.device_model in model


def test_a_reduced_agent_names_no_model() -> None:
    found = of(REDUCED)

    assert (found.device_type, found.device_brand, found.device_model) == ("phone", "", "")


def test_hints_put_back_what_was_taken_out_of_the_agent() -> None:
    found = of(REDUCED, platform='"Android"', platform_version='"15.0.0"', model='"SM-S938B"', mobile="?1")

    assert found[:5] == ("phone", "Samsung", "SM-S938B", "Android", "15")


def test_hints_tell_windows_11_from_10() -> None:
    assert os_of(CHROME_ON_WINDOWS, platform='"Windows"', platform_version='"15.0.0"') == "Windows 11"
    assert os_of(CHROME_ON_WINDOWS, platform='"Windows"', platform_version='"10.0.0"') == "Windows 10"
    assert os_of(CHROME_ON_WINDOWS, platform='"Windows"') == "Windows 10"


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        ({"brands": '"Not)A;Brand";v="8", "Chromium";v="141", "Brave";v="141"'}, "Brave 141"),
        ({"full_version_list": '"Chromium";v="141.0.7390.55", "DuckDuckGo";v="141.0.0.0"'}, "DuckDuckGo 141"),
        ({"brands": '"Chromium";v="141", "Google Chrome";v="141"'}, "Chrome 141"),
        ({"brands": "garbage; v=é"}, "Chrome 141"),
    ],
)  # fmt: skip
def test_hints_tell_browsers_apart_that_send_the_same_agent(hints: dict[str, str], expected: str) -> None:
    assert browser_of(CHROME_ON_WINDOWS, **hints) == expected


def test_an_app_is_not_mistaken_for_the_browser_of_its_hints() -> None:
    agent = an_android("SM-S911B; wv", suffix=" Instagram 380.0.0.29.91")

    assert browser_of(agent, brands='"Android WebView";v="141", "Microsoft Edge";v="141"').startswith("Instagram")


@pytest.mark.parametrize(("mobile", "expected"), [("?1", "phone"), ("?0", "tablet")])
def test_a_desktop_mode_is_seen_through(mobile: str, expected: str) -> None:
    found = of(CHROME_ON_LINUX, platform='"Android"', mobile=mobile)

    assert (found.os, found.device_type) == ("Android", expected)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/141.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
        "curl/8.5.0",
    ],
)
def test_a_bot_has_no_device_and_its_own_name_as_browser(agent: str) -> None:
    found = of(agent)

    assert found[:3] == ("", "", "")
    assert found.browser in ("Googlebot", "curl")


@pytest.mark.parametrize(
    "agent", ["", " ", "\x00", "(" * 100_000, "Android " * 20_000, "\udce9\udcff Mozilla", "Mozilla/5.0 (" + "a" * 5_000]
)  # fmt: skip
def test_a_hostile_agent_never_fails_and_fits(agent: str) -> None:
    found = of(agent, brands='"' * 10_000, model="\udcff" * 1_000, platform='"\\"')

    assert all(len(text) <= 200 for text in found[:-1])


def test_an_agent_is_read_once() -> None:
    assert of(CHROME_ON_WINDOWS) is of(CHROME_ON_WINDOWS)
