"""Look, plan, apply: for one issue or for all."""
