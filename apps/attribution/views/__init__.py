"""Pages about money: networks, conversions, costs."""
