"""Questions about stored events, one module each."""
