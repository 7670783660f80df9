"""Nouns, rules and ports of mapsvc: the standard library only, no clock, no words of any language."""
