"""ua-parser, with its fast resolver. The slow one costs 640 µs an agent more and nothing would say so."""

from functools import cache

import ua_parser
from ua_parser import Domain, PartialResult, Resolver

# Said at start, not at the first click.
assert ua_parser.RegexResolver is not None, "ua-parser is installed without its regex extra: see requirements.txt"


def parse(agent: str) -> PartialResult:
    """Everything ua-parser knows of an agent; not remembered here. 30 µs."""
    return _resolver()(agent, Domain.ALL)


@cache
def _resolver() -> Resolver:
    """Made at first use: its patterns take some 20 MB that only processes need which enrich."""
    assert ua_parser.RegexResolver
    return ua_parser.RegexResolver(ua_parser.load_lazy_builtins())
