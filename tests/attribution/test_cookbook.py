"""The cookbook says what the pages say."""

from pathlib import Path

import pytest

from apps.attribution.examples import RECIPES
from apps.attribution.presets import Preset

COOKBOOK = (Path(__file__).parents[2] / "docs" / "postbacks.md").read_text()


@pytest.mark.parametrize("preset", Preset)
def test_the_cookbook_has_the_recipe_of_every_preset(preset: Preset) -> None:
    _, _, section = COOKBOOK.partition(f"\n### {preset.label}\n")
    recipe = RECIPES[preset]

    assert f"| destination | `{recipe.hands_over}` |" in section.partition("\n### ")[0]
    assert f"| postback | `{recipe.query}` |" in section.partition("\n### ")[0]
