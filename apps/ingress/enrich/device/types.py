"""What kind of thing it is: desktop, phone, tablet, tv, console, wearable, car, appliance or something else."""

from apps.ingress.enrich.device.hints import Hints
from apps.ingress.enrich.patterns import Patterns, read_rows

# What an agent in lower case says, in order: first what is sure, by type; then hints that count only where nothing is.
AGENT_SIGNS = Patterns(read_rows("device_types.csv"))
# What a model of an Android device in lower case says: makers number phones and tablets each in a way of their own, and builds
# of Android TV have a branch of their own.
MODEL_SIGNS = Patterns(read_rows("device_models.csv"))
TYPES = frozenset(("car", "appliance", "wearable", "console", "tv", "tablet", "phone", "other"))


def type_of(agent: str, model: str, system: str, hints: Hints) -> str:
    """Empty when nothing tells."""
    lower = agent.lower()
    signs = AGENT_SIGNS.all_in(lower)
    if signs and signs[0] in TYPES:
        return signs[0]
    if system in ("Android", "HarmonyOS", "Fire OS") or "android" in signs:
        says_mobile = hints.mobile == "?1" or "says mobile" in signs
        return _android(lower, model.lower(), says_mobile=says_mobile)
    if system in ("iOS", "Java ME", "Symbian", "Windows Mobile") or "other phone" in signs:
        return "phone"
    if "other desktop" in signs:
        return "desktop"
    return "phone" if hints.mobile == "?1" else ""


def _android(lower: str, model: str, *, says_mobile: bool) -> str:
    """A browser on a phone says Mobile and on a tablet it does not; but many makers of tablets say it too, and apps say neither."""
    of_model = MODEL_SIGNS.first_in(model)
    is_phone_with_tv = of_model == "tv" and "mobile" in lower and model.endswith(("tv", "tv+"))
    if of_model and not is_phone_with_tv:
        return of_model
    return "phone" if says_mobile or not lower.startswith("mozilla/") else "tablet"
