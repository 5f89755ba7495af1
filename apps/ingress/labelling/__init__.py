"""The label a click has when it is stored: by rules that somebody above published, in their order, the first that holds."""

from apps.ingress.labelling.document import dump, lines_of, parse
from apps.ingress.labelling.labels import Label, Labels, Line, labelled

__all__ = ["Label", "Labels", "Line", "dump", "labelled", "lines_of", "parse"]
